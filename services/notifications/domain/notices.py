"""What an agency is told by e-mail, when it is not, and what is done when it is not known whether it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class NoticeKind(StrEnum):
    """What there is to tell."""

    REPORT_RETURNED = "report-returned"
    REPORT_REJECTED = "report-rejected"
    SCORE_FINAL = "score-final"
    AWARD_PROPOSED = "award-proposed"
    AWARD_WITHDRAWN = "award-withdrawn"
    AWARD_RETURNED = "award-returned"
    AWARD_COMMENT_OPENED = "award-comment-opened"
    AWARD_DECIDED = "award-decided"
    AWARD_PUBLISHED = "award-published"
    AWARD_REVOKED = "award-revoked"
    SUBSCRIPTION_DISABLED = "subscription-disabled"


class NoticeState(StrEnum):
    """Where a notice stands. Uncertain: it may have been received; it is repeated once, under the same Message-ID."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    NOT_SENT = "not-sent"


class WhyNotSent(StrEnum):
    """Why nobody was written to."""

    MAIL_OFF = "mail-off"
    NO_CONTACT = "no-contact"
    TOO_OLD = "too-old"


class Handover(StrEnum):
    """How far the mail server took a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


EMAIL_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an agency is to be told, because of one event. An empty agency is the operator of this service."""

    event_source: str
    event_id: str
    kind: NoticeKind
    agency: str
    movement: str | None
    period: str | None
    data: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPatience:
    """How often and how far apart sending is tried, and how old news may be."""

    attempts_max: int
    first_wait: timedelta
    longest_wait: timedelta
    age_max: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a notice: its state, when it is tried again, if it is, and whether its one repeat is used up."""

    state: NoticeState
    next_attempt_at: datetime | None = None
    reason: str | None = None
    repeated: bool = False


KIND_BY_EVENT = {
    "report-returned": NoticeKind.REPORT_RETURNED,
    "report-rejected": NoticeKind.REPORT_REJECTED,
    "award-proposed": NoticeKind.AWARD_PROPOSED,
    "award-withdrawn": NoticeKind.AWARD_WITHDRAWN,
    "award-returned": NoticeKind.AWARD_RETURNED,
    "award-comment-opened": NoticeKind.AWARD_COMMENT_OPENED,
    "award-decided": NoticeKind.AWARD_DECIDED,
    "award-published": NoticeKind.AWARD_PUBLISHED,
    "award-revoked": NoticeKind.AWARD_REVOKED,
}


def notice_kind(event: str, *, is_final: bool, test: bool) -> NoticeKind | None:
    """An agency is told of what was done to its report or its award, and of its score once that is final; never of a test."""
    if test:
        return None
    return NoticeKind.SCORE_FINAL if event == "score-computed" and is_final else KIND_BY_EVENT.get(event)


def why_not_sent(*, mail_on: bool, email: str | None, happened_at: datetime, now: datetime, age_max: timedelta) -> WhyNotSent | None:
    """Old news is not mailed: a service that reads history again must not write to everyone about it."""
    if not mail_on:
        return WhyNotSent.MAIL_OFF
    if email is None:
        return WhyNotSent.NO_CONTACT
    return WhyNotSent.TOO_OLD if now - happened_at > age_max else None


def not_sent(why: WhyNotSent) -> Settlement:
    """Nobody is written to, and the notice says why."""
    return Settlement(state=NoticeState.NOT_SENT, reason=why)


def settled(handover: Handover, *, attempts: int, repeated: bool, now: datetime, patience: MailPatience) -> Settlement:
    """Only what certainly was not taken is tried again and again; what may have been taken is repeated once."""
    match handover:
        case Handover.TAKEN:
            return Settlement(state=NoticeState.SENT, repeated=repeated)
        case Handover.UNKNOWN:
            again = None if repeated else now
            return Settlement(state=NoticeState.UNCERTAIN, next_attempt_at=again, reason="answer-lost", repeated=repeated)
        case Handover.REFUSED:
            return Settlement(state=NoticeState.UNCERTAIN if repeated else NoticeState.FAILED, reason="refused", repeated=repeated)
        case Handover.LATER:
            return _later(attempts, repeated=repeated, now=now, patience=patience)


def _later(attempts: int, *, repeated: bool, now: datetime, patience: MailPatience) -> Settlement:
    """Try again after a while, a bounded number of times. A repeat that was certainly not taken was no repeat."""
    if attempts >= patience.attempts_max:
        return Settlement(state=NoticeState.UNCERTAIN if repeated else NoticeState.FAILED, reason="not-reached", repeated=repeated)
    wait = min(patience.first_wait * (1 << min(attempts - 1, 30)), patience.longest_wait)
    state = NoticeState.UNCERTAIN if repeated else NoticeState.PENDING
    return Settlement(state=state, next_attempt_at=now + wait, reason="not-reached")
