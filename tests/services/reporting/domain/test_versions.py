"""Which version counts, what its receipt says, and how complete a period is."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.periods import PeriodState, Window
from services.reporting.domain.versions import REACHED, Fate, HeldVersion, ReceiptState, completeness, receipt_state, standing_version
from tests.services.reporting.domain.letters import DAY, NOW

VERSIONS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), unique_by=lambda pair: pair[0], max_size=9)


def held(version: int, returned: bool = False) -> HeldVersion:
    """A version."""
    return HeldVersion(version=version, submitted_at=NOW, returned=returned)


@pytest.mark.parametrize(
    ("versions", "withdrawn_to", "standing"),
    [
        ([], 0, None),
        ([held(1)], 0, 1),
        ([held(2), held(1)], 0, 2),
        ([held(1), held(2, returned=True)], 0, 1),
        ([held(1), held(2), held(3)], 2, 3),
        ([held(1), held(2)], 2, None),
        ([held(1, returned=True)], 0, None),
        ([held(1)], 5, None),
    ],
)
def test_the_highest_version_that_was_neither_returned_nor_withdrawn_counts(
    versions: list[HeldVersion], withdrawn_to: int, standing: int | None
) -> None:
    found = standing_version(versions, withdrawn_to)
    assert (None if found is None else found.version) == standing


@given(VERSIONS, st.integers(0, 10))
def test_what_counts_does_not_depend_on_the_order(pairs: list[tuple[int, bool]], withdrawn_to: int) -> None:
    versions = [held(version, returned) for version, returned in pairs]
    assert standing_version(versions, withdrawn_to) == standing_version(versions[::-1], withdrawn_to)


@pytest.mark.parametrize(
    ("fate", "state"),
    [
        (None, ReceiptState.REJECTED),
        (Fate(version=1), ReceiptState.ACCEPTED),
        (Fate(version=1, standing=1, scored=1), ReceiptState.SCORED),
        (Fate(version=1, standing=2, scored=2), ReceiptState.SUPERSEDED),
        (Fate(version=2, standing=2, scored=1), ReceiptState.ACCEPTED),
        (Fate(version=1, returned=True), ReceiptState.RETURNED),
        (Fate(version=1, returned=True, standing=2), ReceiptState.RETURNED),
        (Fate(version=1, withdrawn_to=1, returned=True), ReceiptState.WITHDRAWN),
        (Fate(version=2, withdrawn_to=1, standing=2), ReceiptState.ACCEPTED),
        (Fate(version=1, standing=1, scored=1, period=PeriodState.CLOSED), ReceiptState.LOCKED),
        (Fate(version=1, standing=1, scored=1, period=PeriodState.CLOSING), ReceiptState.SCORED),
        (Fate(version=1, standing=2, period=PeriodState.CLOSED), ReceiptState.SUPERSEDED),
    ],
)
def test_a_receipt_says_what_became_of_its_version(fate: Fate | None, state: ReceiptState) -> None:
    assert receipt_state(fate) is state


def test_whoever_waits_for_scored_stops_waiting_when_it_can_no_longer_come() -> None:
    assert REACHED[ReceiptState.SCORED] == set(ReceiptState) - {ReceiptState.RECEIVED, ReceiptState.ACCEPTED}
    assert ReceiptState.SCORED not in REACHED[ReceiptState.LOCKED]


@given(st.lists(st.none() | st.integers(-5, 5).map(lambda days: NOW + days * DAY)))
def test_completeness_always_adds_up_and_is_never_more_than_all(submissions: list[datetime | None]) -> None:
    found = completeness(submissions, Window(due_at=NOW))
    assert found.on_time + found.late == found.reported <= found.expected
    assert found.reported + found.missing == found.expected == len(submissions)
    assert found.late == sum(1 for instant in submissions if instant is not None and instant >= NOW)


def test_without_a_due_day_nothing_is_late() -> None:
    assert completeness([NOW, None], Window()).late == 0
