"""Source and id name one body for ever; whom a code means; the chain of acts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.chain import Act, appended, first_broken
from services.reporting.domain.directory import Directory, canonical_codes
from services.reporting.domain.identities import sorted_out
from services.reporting.domain.sending import digest_of_data
from tests.services.reporting.domain.letters import NOW, PLAN, sent


def test_a_new_letter_is_fresh_its_repeat_is_not_and_another_body_conflicts() -> None:
    first, repeat, other = sent(), sent(), sent(version=2)
    sorting = sorted_out([first, repeat, other, other], {})
    assert (sorting.fresh, sorting.conflicting) == ((first,), (other,))
    assert sorting.receipts == (first.receipt, first.receipt, other.conflict_receipt, other.conflict_receipt)


def test_what_was_known_before_is_a_repeat_or_a_conflict() -> None:
    first, other = sent(), sent(version=2)
    known = {first.receipt: first.digest}
    assert sorted_out([first], known).fresh == ()
    assert sorted_out([other], known).conflicting == (other,)
    assert sorted_out([other], known | {other.conflict_receipt: other.digest}).conflicting == ()


def test_the_same_id_of_two_sources_is_two_identities() -> None:
    assert sent().receipt != replace(sent(), source="other").receipt


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=12))
def test_every_letter_is_answered_and_nothing_is_kept_twice(letters: list[tuple[str, int]]) -> None:
    batch = [sent(event_id=id_, version=version) for id_, version in letters]
    sorting = sorted_out(batch, {})
    kept = [one.receipt for one in sorting.fresh] + [one.conflict_receipt for one in sorting.conflicting]
    assert len(set(kept)) == len(kept)
    assert set(sorting.receipts) == set(kept)
    assert len(sorting.receipts) == len(batch)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": Decimal("1.0")}, {"a": 1}, True),
        ({"a": Decimal("1.50")}, {"a": Decimal("1.5")}, True),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": Decimal("1.5")}, {"a": "1.5"}, False),
        ({"a": None}, {}, False),
        ([1, 2], [2, 1], False),
        ({"a": True}, {"a": 1}, False),
    ],
)
def test_a_digest_sees_what_is_said_and_not_how_it_is_laid_out(one: object, other: object, same: bool) -> None:
    assert (digest_of_data(one) == digest_of_data(other)) is same


def test_a_source_s_own_code_goes_before_an_alias() -> None:
    directory = Directory(PLAN)
    assert directory.find("347", {}) == "ha-nam.phu-ly"
    assert directory.find("347", {"347": "ha-nam.duy-tien"}) == "ha-nam.duy-tien"
    assert directory.find("nobody", {}) is None
    assert directory.find("x", {"x": "of-another-movement"}) is None


def test_an_alias_of_two_agencies_means_neither() -> None:
    agencies = tuple(replace(agency, aliases=("same",)) for agency in PLAN.agencies)
    assert "same" not in canonical_codes(replace(PLAN, agencies=agencies))


def act(kind: str) -> Act:
    """An act."""
    return Act(kind=kind, movement="m", subject="s", actor="a", at=NOW, facts=(("reason", "vì sao"),))


def test_a_chain_tells_the_first_link_that_was_altered_removed_or_slipped_in() -> None:
    first = appended(act("one"), None)
    second = appended(act("two"), first)
    third = appended(act("three"), second)
    assert first_broken([first, second, third]) is None
    assert first_broken([first, replace(second, act=act("other")), third]) == 2
    assert first_broken([first, third]) == 2
    assert first_broken([second, third]) == 1
    assert first_broken([first, second, second, third]) == 3
