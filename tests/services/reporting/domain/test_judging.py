"""One judgement for every way in, edge by edge."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.judging import Accepted, Rejected, judge, judge_all
from services.reporting.domain.periods import PeriodState
from services.reporting.domain.scopes import Scope
from services.reporting.domain.versions import Shelf
from tests.services.reporting.domain.letters import DAY, NOW, around, period, sent

EMPTY = Shelf()
KEY = ("thi-dua", "2023-q2", "ha-nam.phu-ly")


def codes(verdict: object) -> list[str]:
    """The codes of a rejection, or of the notes of an acceptance."""
    if isinstance(verdict, Rejected):
        return [problem.code for problem in verdict.problems]
    assert isinstance(verdict, Accepted)
    return [note.code for note in verdict.notes]


def test_a_right_report_is_accepted_under_the_agency_s_own_code() -> None:
    verdict = judge(sent(agency="347"), around(), EMPTY)
    assert isinstance(verdict, Accepted)
    assert (verdict.report.agency, verdict.is_new, verdict.notes) == ("ha-nam.phu-ly", True, ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"force": None, "period": None, "agency": None}, "movement-unknown"),
        ({"period": None}, "period-not-open"),
        ({"agency": None, "is_member": False}, "agency-unknown"),
        ({"is_member": False}, "not-a-member"),
        ({"source_known": False}, "source-unknown"),
        ({"scopes": ()}, "access-out-of-scope"),
        ({"scopes": (Scope(movements=frozenset({"other"})),)}, "access-out-of-scope"),
        ({"scopes": (Scope(agencies=frozenset({"ha-nam.duy-tien"})),)}, "access-out-of-scope"),
        ({"period": period(PeriodState.CLOSED)}, "period-closed"),
    ],
)
def test_each_thing_that_is_not_as_it_must_be_is_named(changes: dict[str, Any], code: str) -> None:
    assert codes(judge(sent(), around(**changes), EMPTY)) == [code]


def test_one_key_must_reach_both_movement_and_agency() -> None:
    scopes = (Scope(movements=frozenset({"other"})), Scope(agencies=frozenset({"ha-nam.duy-tien"})))
    assert codes(judge(sent(), around(scopes=scopes), EMPTY)) == ["access-out-of-scope"]


@pytest.mark.parametrize(
    ("agency", "reached"), [("ha-nam", True), ("ha-nam.phu-ly", True), ("ha-nam.phu", False), ("ha-nam.phu-ly.x", False)]
)
def test_a_scope_reaches_the_agency_and_those_below_it(agency: str, reached: bool) -> None:
    assert Scope(agencies=frozenset({agency})).covers_agency("ha-nam.phu-ly") is reached


def test_a_period_that_is_closing_still_takes_what_was_handed_in_before() -> None:
    closing = period(PeriodState.CLOSING, closes_at=NOW + DAY)
    assert isinstance(judge(sent(at=NOW + DAY - timedelta(microseconds=1)), around(period=closing), EMPTY), Accepted)
    assert codes(judge(sent(at=NOW + DAY), around(period=closing), EMPTY)) == ["period-closed"]


@pytest.mark.parametrize(("due_in", "notes"), [(timedelta(microseconds=1), []), (timedelta(), ["report-late"])])
def test_late_begins_with_the_instant_after_the_due_day(due_in: timedelta, notes: list[str]) -> None:
    assert codes(judge(sent(), around(period=period(due_at=NOW + due_in)), EMPTY)) == notes


def test_all_problems_are_named_together() -> None:
    verdict = judge(sent(agency="x", values={"no": 1, "an-toan": Decimal(-1)}), around(agency=None, is_member=False), EMPTY)
    assert codes(verdict) == ["agency-unknown", "criterion-unknown", "value-negative"]


@pytest.mark.parametrize(
    ("shelf", "notes"),
    [
        (Shelf(highest=2), ["version-superseded"]),
        (Shelf(highest=1), []),
        (Shelf(withdrawn_to=1), ["version-withdrawn"]),
        (Shelf(withdrawn_to=0), []),
    ],
)
def test_a_version_that_does_not_count_is_accepted_with_a_note(shelf: Shelf, notes: list[str]) -> None:
    assert codes(judge(sent(), around(), shelf)) == notes


def test_the_same_version_with_other_content_is_a_conflict_and_with_the_same_it_is_held() -> None:
    first = judge(sent(), around(), EMPTY)
    assert isinstance(first, Accepted)
    shelf = EMPTY.holding(1, first.report.digest)
    assert codes(judge(sent(values={}), around(), shelf)) == ["version-conflict"]
    again = judge(sent(values={"giai-ngan": Decimal("55.50"), "an-toan": None}, agency="347"), around(), shelf)
    assert isinstance(again, Accepted)
    assert (again.is_new, codes(again)) == (False, ["version-held"])


@pytest.mark.parametrize(
    "changes",
    [{"values": {"giai-ngan": None}}, {"values": {"giai-ngan": "n/a"}}, {"values": {"giai-ngan": 0}}, {"reference": "r"}, {"version": 2}],
)
def test_whatever_a_report_says_belongs_to_its_content(changes: dict[str, Any]) -> None:
    one, other = judge(sent(values={}), around(), EMPTY), judge(sent(**{"values": {}, **changes}), around(), EMPTY)
    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    same = changes == {"values": {"giai-ngan": None}}
    assert (one.report.digest == other.report.digest) is same


@given(st.permutations([1, 2, 3, 4]))
def test_whatever_the_order_of_arrival_the_highest_version_counts(versions: list[int]) -> None:
    letters = [(sent(event_id=str(version), version=version), around()) for version in versions]
    verdicts = judge_all(letters, {})
    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    superseded = [verdict.sent.draft.version for verdict in verdicts if "version-superseded" in codes(verdict)]
    assert superseded == [version for place, version in enumerate(versions) if any(before > version for before in versions[:place])]


def test_judging_in_one_batch_is_judging_one_by_one() -> None:
    bodies: list[dict[str, Any]] = [{"version": 1}, {"version": 1, "values": {}}, {"version": 2}, {"version": 1}]
    for order in permutations(bodies):
        letters = [(sent(event_id=str(place), **body), around()) for place, body in enumerate(order)]
        shelf, alone = EMPTY, []
        for one, circumstances in letters:
            verdict = judge(one, circumstances, shelf)
            shelf = shelf.holding(verdict.report.version, verdict.report.digest) if isinstance(verdict, Accepted) else shelf
            alone.append(verdict)
        assert judge_all(letters, {KEY: EMPTY}) == alone


@given(st.datetimes(min_value=datetime(2023, 1, 1), max_value=datetime(2024, 1, 1)))  # noqa: DTZ001 - a zone is put on below
def test_no_instant_is_both_taken_and_after_the_close(instant: datetime) -> None:
    at = instant.replace(tzinfo=NOW.tzinfo)
    verdict = judge(sent(at=at), around(), EMPTY)
    closes_at = period().window.closes_at
    assert closes_at is not None
    assert isinstance(verdict, Accepted) is (at < closes_at)


def test_a_conflict_does_not_tell_who_may_not_know() -> None:
    first = judge(sent(), around(), EMPTY)
    assert isinstance(first, Accepted)
    out_of_scope = replace(around(), scopes=(Scope(agencies=frozenset({"other"})),))
    assert codes(judge(sent(values={}), out_of_scope, EMPTY.holding(1, first.report.digest))) == ["access-out-of-scope"]
