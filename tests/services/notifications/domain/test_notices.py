"""What an agency is told, when it is not, and what becomes of a notice."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.feed import Bounds, holds, lane_of
from services.notifications.domain.notices import (
    EMAIL_PATTERN,
    Handover,
    MailPatience,
    NoticeKind,
    NoticeState,
    WhyNotSent,
    notice_kind,
    settled,
    why_not_sent,
)
from services.notifications.domain.words import ENGLISH, VIETNAMESE, word
from shared.events.awards import Outcome, ReasonClass, RevocationGround, WithdrawalCause

NOON = datetime(2023, 9, 1, 12, tzinfo=UTC)
PATIENCE = MailPatience(attempts_max=3, first_wait=timedelta(seconds=10), longest_wait=timedelta(seconds=15), age_max=timedelta(days=7))


def test_a_score_is_told_only_when_it_is_final() -> None:
    assert notice_kind("score-computed", is_final=True, test=False) is NoticeKind.SCORE_FINAL
    assert notice_kind("score-computed", is_final=False, test=False) is None


def test_nobody_is_told_of_a_test() -> None:
    assert notice_kind("award-revoked", is_final=False, test=True) is None


@pytest.mark.parametrize(("age", "why"), [(timedelta(days=7), None), (timedelta(days=7, seconds=1), WhyNotSent.TOO_OLD)])
def test_old_news_is_not_mailed(age: timedelta, why: WhyNotSent | None) -> None:
    found = why_not_sent(mail_on=True, email="a@b.example", happened_at=NOON - age, now=NOON, age_max=PATIENCE.age_max)
    assert found is why


@pytest.mark.parametrize(
    ("handover", "repeated", "state", "again"),
    [
        (Handover.TAKEN, False, NoticeState.SENT, None),
        (Handover.TAKEN, True, NoticeState.SENT, None),
        (Handover.UNKNOWN, False, NoticeState.UNCERTAIN, NOON),
        (Handover.UNKNOWN, True, NoticeState.UNCERTAIN, None),
        (Handover.REFUSED, False, NoticeState.FAILED, None),
        (Handover.REFUSED, True, NoticeState.UNCERTAIN, None),
        (Handover.LATER, False, NoticeState.PENDING, NOON + timedelta(seconds=15)),
        (Handover.LATER, True, NoticeState.UNCERTAIN, NOON + timedelta(seconds=15)),
    ],
)
def test_only_what_certainly_was_not_taken_is_tried_without_end(
    handover: Handover, repeated: bool, state: NoticeState, again: datetime | None
) -> None:
    what = settled(handover, attempts=2, repeated=repeated, now=NOON, patience=PATIENCE)
    assert (what.state, what.next_attempt_at) == (state, again)


@pytest.mark.parametrize(("repeated", "state"), [(False, NoticeState.FAILED), (True, NoticeState.UNCERTAIN)])
def test_attempts_are_bounded(repeated: bool, state: NoticeState) -> None:
    what = settled(Handover.LATER, attempts=3, repeated=repeated, now=NOON, patience=PATIENCE)
    assert (what.state, what.next_attempt_at) == (state, None)


@pytest.mark.parametrize("code", [*Outcome, *ReasonClass, *RevocationGround, *WithdrawalCause])
def test_every_code_of_the_law_has_words_in_both_languages(code: str) -> None:
    assert str(code) in VIETNAMESE
    assert str(code) in ENGLISH


def test_a_code_without_words_stands_for_itself() -> None:
    assert word("brand-new", "vi") == "brand-new"


def test_words_exist_in_both_languages_or_in_none() -> None:
    assert VIETNAMESE.keys() == ENGLISH.keys()


@pytest.mark.parametrize("email", ["a@b", "van-thu.phu_ly+1@hanam.example", "x" * 64 + "@b.example"])
def test_an_address_of_mail_is_taken(email: str) -> None:
    assert re.fullmatch(EMAIL_PATTERN, email)


def test_events_of_no_agency_keep_the_order_of_their_topic_s_key() -> None:
    assert lane_of("ha-nam.phu-ly", "reports", "ha-nam.phu-ly") == lane_of("ha-nam.phu-ly", "scores", "ha-nam.phu-ly")
    assert lane_of(None, "scores", "m/p/c") != lane_of(None, "registry", "m/p/c")


@pytest.mark.parametrize(("position", "good"), [(2, False), (3, True), (9, True), (10, False)])
def test_a_place_holds_while_nothing_after_it_was_forgotten(position: int, good: bool) -> None:
    bounds = Bounds(epoch=2, last_position=9, pruned_through=3)
    assert holds(bounds, 2, position) is good
    assert not holds(bounds, 1, position)
