"""Opening freezes members; dates only move forward; a close and a reopening follow their rules."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.reporting.domain.periods import (
    PeriodState,
    Reopening,
    Window,
    closed,
    closing,
    demand_reopenable,
    demand_second_person,
    exists_in,
    extended,
    frozen_clusters,
    may_finish_at,
    opened,
    reopened,
)
from services.reporting.domain.problems import Refused
from shared.plan.types import AgencyCode, DueMoves, PlanAgency
from tests.services.reporting.domain.letters import DAY, NOW, PLAN, period
from tests.services.reporting.stage import PERIOD


def refusal(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    """Code and place of each reason."""
    return [(problem.code, problem.pointer) for problem in refused.value.problems]


def test_a_period_opens_with_the_plan_s_days_each_ending_where_the_next_begins() -> None:
    window = opened(PLAN, PERIOD, NOW).window
    assert [str(instant) for instant in (window.due_at, window.grace_ends_at, window.closes_at)] == [
        "2023-07-05 17:00:00+00:00",
        "2023-07-07 17:00:00+00:00",
        "2023-07-31 17:00:00+00:00",
    ]


def test_a_due_day_on_a_day_off_opens_as_the_next_working_day_where_the_plan_says_so() -> None:
    sunday = replace(PLAN.periods[0], due=date(2023, 7, 9), due_moves=DueMoves.NEXT_WORKING_DAY)
    window = opened(replace(PLAN, periods=(sunday,)), PERIOD, NOW).window
    assert str(window.due_at) == "2023-07-10 17:00:00+00:00"
    assert window.grace_ends_at == (window.due_at or NOW) + timedelta(days=sunday.grace_days)


@pytest.mark.parametrize(("before", "kept"), [(timedelta(seconds=1), True), (timedelta(), False), (timedelta(days=-1), False)])
def test_a_closing_day_that_is_past_at_the_opening_says_nothing_any_more(before: timedelta, kept: bool) -> None:
    closes_at = opened(PLAN, PERIOD, NOW).window.closes_at
    assert closes_at is not None
    assert (opened(PLAN, PERIOD, closes_at - before).window.closes_at is not None) is kept


def test_a_period_that_the_plan_has_not_can_not_be_opened() -> None:
    with pytest.raises(Refused) as refused:
        opened(PLAN, "1999", NOW)
    assert refusal(refused) == [("period-unknown", "")]


def test_members_are_frozen_cluster_by_cluster() -> None:
    found = frozen_clusters(PLAN, PERIOD)
    assert [(cluster.code, cluster.members) for cluster in found] == [
        ("huyen", ("ha-nam.duy-tien", "ha-nam.phu-ly")),
        ("so", ("ha-nam.so-tc",)),
    ]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "exists"),
    [
        (None, None, True),
        (date(2023, 6, 30), None, True),
        (date(2023, 7, 1), None, False),
        (None, date(2023, 6, 30), True),
        (None, date(2023, 6, 29), False),
    ],
)
def test_an_agency_is_a_member_when_it_is_valid_on_the_last_day(valid_from: date | None, valid_to: date | None, exists: bool) -> None:
    agency = PlanAgency(code=AgencyCode("a"), name_vi="A", name_en="A", valid_from=valid_from, valid_to=valid_to)
    assert exists_in(agency, PLAN.periods[0]) is exists


def test_a_cluster_whose_members_are_all_gone_is_left_out() -> None:
    agencies = tuple(replace(agency, valid_to=date(2000, 1, 1)) if agency.code == "ha-nam.so-tc" else agency for agency in PLAN.agencies)
    assert [cluster.code for cluster in frozen_clusters(replace(PLAN, agencies=agencies), PERIOD)] == ["huyen"]


def test_an_extension_moves_what_it_names_and_keeps_the_rest() -> None:
    found = extended(period(), Window(closes_at=NOW + 60 * DAY), NOW)
    assert found.window == replace(period().window, closes_at=NOW + 60 * DAY)


def test_a_due_day_after_the_grace_moves_the_grace_with_it() -> None:
    found = extended(period(), Window(due_at=NOW + 20 * DAY), NOW)
    assert found.window.grace_ends_at == found.window.due_at == NOW + 20 * DAY


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (Window(due_at=NOW), ["/due_at"]),
        (Window(closes_at=NOW + DAY), ["/closes_at", "/due_at", "/grace_ends_at"]),
        (Window(grace_ends_at=NOW + 90 * DAY), ["/grace_ends_at"]),
    ],
)
def test_an_extension_takes_no_time_away_and_keeps_the_dates_in_order(wanted: Window, places: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        extended(period(), wanted, NOW)
    assert refusal(refused) == [("field-out-of-range", place) for place in places]


@pytest.mark.parametrize(
    ("state", "code"),
    [(PeriodState.CLOSED, "period-closed"), (PeriodState.CLOSING, "period-closing"), (PeriodState.PLANNED, "period-not-open")],
)
def test_only_an_open_period_is_extended(state: PeriodState, code: str) -> None:
    with pytest.raises(Refused) as refused:
        extended(period(state), Window(), NOW)
    assert refusal(refused) == [(code, "")]


def test_a_close_before_its_instant_needs_a_reason_and_makes_it_now() -> None:
    with pytest.raises(Refused) as refused:
        closing(period(), None, NOW)
    assert refusal(refused) == [("reason-missing", "/reason")]
    assert closing(period(), "all have reported", NOW).window.closes_at == NOW


def test_a_close_at_its_instant_or_without_one_needs_no_reason() -> None:
    closes_at = period().window.closes_at
    assert closes_at is not None
    assert closing(period(), None, closes_at).window.closes_at == closes_at
    assert closing(period(), None, closes_at + DAY).window.closes_at == closes_at
    assert closing(period(closes_at=None), None, NOW).window.closes_at == NOW


def test_a_close_that_is_under_way_goes_on_as_it_is() -> None:
    under_way = closing(period(), "why", NOW)
    assert closing(under_way, None, NOW + DAY) is under_way


def test_a_close_is_finished_after_the_time_limit_of_http() -> None:
    assert may_finish_at(closing(period(), "why", NOW), timedelta(seconds=10)) == NOW + timedelta(seconds=10)


def asked(**changes: object) -> Reopening:
    """A request of one person."""
    made = Reopening(request=5, reason="Thanh tra yêu cầu", closes_at=None, asked_by="lan", asked_at=NOW)
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of the same class


def test_only_a_closed_period_is_reopened_and_only_until_a_day_to_come() -> None:
    done = closed(closing(period(), "why", NOW), NOW + DAY)
    assert (done.state, done.closed_at) == (PeriodState.CLOSED, NOW + DAY)
    again = reopened(done, asked(), NOW + 2 * DAY)
    assert (again.state, again.closed_at, again.window.closes_at) == (PeriodState.OPEN, None, None)
    with pytest.raises(Refused) as past:
        reopened(done, asked(closes_at=NOW), NOW + 2 * DAY)
    assert refusal(past) == [("field-out-of-range", "/closes_at")]
    with pytest.raises(Refused) as still_open:
        demand_reopenable(period(), None, NOW)
    assert refusal(still_open) == [("period-not-closed", "")]


@pytest.mark.parametrize(
    ("standing", "request_", "actor", "code"),
    [
        (None, 5, "minh", "reopening-not-asked"),
        (asked(), 4, "minh", "reopening-changed"),
        (asked(), 4, "lan", "reopening-changed"),
        (asked(), 5, "lan", "second-person-needed"),
    ],
)
def test_a_reopening_is_confirmed_by_another_person_who_has_read_the_request(
    standing: Reopening | None, request_: int, actor: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        demand_second_person(standing, period(), request_, actor)
    assert [each for each, _ in refusal(refused)] == [code]


def test_a_request_that_another_person_has_read_is_the_one_that_is_fulfilled() -> None:
    assert demand_second_person(asked(), period(), 5, "minh") == asked()
