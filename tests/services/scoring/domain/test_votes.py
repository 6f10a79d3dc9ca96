"""Votes are counted in whole numbers on all members; nobody votes on its own unit, twice, or in writing where that may not be."""

from itertools import product

import pytest

from services.scoring.domain.votes import Ballot, Cast, counted, faults_in_ballots, votes_needed


def ballots(**cast: int) -> list[Ballot]:
    """So many ballots of each kind."""
    kinds = [Cast(name.replace("_", "-")) for name, count in cast.items() for _ in range(count)]
    return [Ballot(member=f"hd-{place}", cast=kind) for place, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("members", "percent", "needed"), [(7, 80, 6), (5, 80, 4), (10, 80, 8), (7, 90, 7), (9, 90, 9), (10, 90, 9), (1, 80, 1), (3, 100, 3)]
)
def test_the_share_of_all_members_is_a_whole_number(members: int, percent: int, needed: int) -> None:
    assert votes_needed(members, percent) == needed


@pytest.mark.parametrize("members", range(1, 41))
def test_a_vote_never_passes_under_its_share_and_always_at_it(members: int) -> None:
    for percent, in_favour in product(range(1, 101), range(members + 1)):
        count = counted(ballots(in_favour=in_favour, against=members - in_favour), percent)
        assert count.is_reached == (100 * in_favour >= percent * members)


@pytest.mark.parametrize("kind", ["against", "abstained", "absent", "recused"])
def test_whoever_did_not_agree_counts_among_all_also_the_absent_and_the_recused(kind: str) -> None:
    assert not counted(ballots(in_favour=5, **{kind: 2}), 80).is_reached
    assert counted(ballots(in_favour=6, **{kind: 1}), 80).is_reached


def test_every_member_is_counted_once() -> None:
    count = counted(
        [*ballots(in_favour=2, against=1, abstained=1, absent=2, recused=1), Ballot(member="x", cast=Cast.AGAINST, written=True)], 80
    )
    assert (count.members, count.in_favour, count.against, count.abstained, count.absent, count.recused, count.written) == (
        8,
        2,
        2,
        1,
        2,
        1,
        1,
    )


@pytest.mark.parametrize(("unit", "own"), [("a.b", True), ("a.b.c", True), ("a", False), ("a.bc", False), ("x", False), (None, False)])
@pytest.mark.parametrize("cast", list(Cast))
def test_nobody_votes_on_its_own_unit_or_on_one_that_it_is_a_part_of(unit: str | None, own: bool, cast: Cast) -> None:
    faults = list(faults_in_ballots([Ballot(member="m", cast=cast, unit=unit)], "a.b", written_allowed=True))
    voted = cast not in {Cast.ABSENT, Cast.RECUSED}
    assert [fault.code for fault in faults] == (["vote-on-own-unit"] if own and voted else [])


def test_a_member_who_is_named_twice_makes_the_vote_void() -> None:
    twice = [Ballot(member="m", cast=Cast.IN_FAVOUR), Ballot(member="m", cast=Cast.ABSENT)]
    assert [(fault.code, fault.entry) for fault in faults_in_ballots(twice, "a", written_allowed=True)] == [("vote-member-twice", "m")]


@pytest.mark.parametrize(
    ("cast", "allowed", "codes"),
    [
        (Cast.IN_FAVOUR, True, []),
        (Cast.IN_FAVOUR, False, ["vote-not-in-writing"]),
        (Cast.ABSENT, True, ["vote-not-in-writing"]),
        (Cast.RECUSED, True, ["vote-not-in-writing"]),
    ],
)
def test_an_opinion_in_writing_is_a_vote_where_the_plan_allows_it(cast: Cast, allowed: bool, codes: list[str]) -> None:
    written = [Ballot(member="m", cast=cast, written=True)]
    assert [fault.code for fault in faults_in_ballots(written, "a", written_allowed=allowed)] == codes
