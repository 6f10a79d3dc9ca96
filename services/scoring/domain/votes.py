"""A vote of the council, counted in whole numbers on all its members, also the absent and the recused; nobody votes on its own unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.scoring.domain.appraisal import Fault


class Cast(StrEnum):
    """What a member did. Who is recused or absent is a member all the same, and so counts among all."""

    IN_FAVOUR = "in-favour"
    AGAINST = "against"
    ABSTAINED = "abstained"
    ABSENT = "absent"
    RECUSED = "recused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One member by an opaque reference, the unit that the member belongs to where that matters, and whether it was sent in writing."""

    member: str
    cast: Cast
    written: bool = False
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A vote that was counted."""

    members: int
    in_favour: int
    against: int
    abstained: int
    absent: int
    recused: int
    written: int
    needed: int

    @property
    def is_reached(self) -> bool:
        """Whether enough of all members agreed."""
        return self.in_favour >= self.needed


def votes_needed(members: int, percent: int) -> int:
    """The smallest whole number that is at least the share of all members: 80 % of 7 is 6."""
    return -(-members * percent // 100)


def counted(ballots: Sequence[Ballot], percent: int) -> Count:
    """Count a vote."""
    cast = [ballot.cast for ballot in ballots]
    return Count(
        members=len(ballots),
        in_favour=cast.count(Cast.IN_FAVOUR),
        against=cast.count(Cast.AGAINST),
        abstained=cast.count(Cast.ABSTAINED),
        absent=cast.count(Cast.ABSENT),
        recused=cast.count(Cast.RECUSED),
        written=sum(ballot.written for ballot in ballots),
        needed=votes_needed(len(ballots), percent),
    )


def faults_in_ballots(ballots: Sequence[Ballot], agency: str, *, written_allowed: bool) -> Iterator[Fault]:
    """All that makes a vote void: a member who is named twice, one who votes on its own unit, an opinion in writing where none may be."""
    seen = set[str]()
    for ballot in ballots:
        if ballot.member in seen:
            yield Fault(code="vote-member-twice", entry=ballot.member)
        seen.add(ballot.member)
        if ballot.cast not in {Cast.RECUSED, Cast.ABSENT} and is_own_unit(ballot.unit, agency):
            yield Fault(code="vote-on-own-unit", entry=ballot.member)
        if ballot.written and not (written_allowed and ballot.cast not in {Cast.RECUSED, Cast.ABSENT}):
            yield Fault(code="vote-not-in-writing", entry=ballot.member)


def is_own_unit(unit: str | None, agency: str) -> bool:
    """A member's own unit is the agency itself or a part of it."""
    return unit is not None and (unit == agency or unit.startswith(f"{agency}."))
