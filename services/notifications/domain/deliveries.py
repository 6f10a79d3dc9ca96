"""When a delivery is tried again, when a receiver counts as down, and when it is given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

DETAIL_LENGTH_MAX = 300


class Outcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    GONE = "gone"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address-refused"


class DisabledBecause(StrEnum):
    """Why nothing is sent to a subscription any more."""

    GIVEN_UP = "given-up"
    RECEIVER_GONE = "receiver-gone"
    EVENTS_FORGOTTEN = "events-forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait between attempts, and how long in all."""

    first_wait: timedelta
    longest_wait: timedelta
    give_up_after: timedelta
    down_after_failures: int = 3
    lanes_parked_max: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver one event. `status` is the receiver's, where it answered."""

    position: int
    event_id: str
    event_name: str
    at: datetime
    outcome: Outcome
    status: int | None
    took_ms: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedLane:
    """A lane whose event at `position` could not be delivered: it and its later ones wait."""

    lane: str
    position: int
    attempts: int
    failing_since: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one subscription is: all up to `position` is sent, save what the parked lanes hold."""

    position: int
    failures: int = 0
    rest_until: datetime | None = None
    lanes: Mapping[str, ParkedLane] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    disabled_because: DisabledBecause | None = None


def wait_before(attempt: int, patience: Patience, chance: float) -> timedelta:
    """Double the wait with each failed attempt up to the longest; take off up to half by chance, so that not all come at once."""
    doubled = patience.first_wait * (1 << min(attempt - 1, 30))
    return min(doubled, patience.longest_wait) * (1 - chance / 2)


def is_down(failures: int, patience: Patience) -> bool:
    """A receiver that failed several times in a row is down: then only one attempt is made at a time."""
    return failures >= patience.down_after_failures


def lanes_due(progress: Progress, patience: Patience, now: datetime) -> Sequence[ParkedLane]:
    """Lanes whose wait is over, the oldest event first; when the receiver is down, any of them may try whether it is up."""
    waiting = sorted(progress.lanes.values(), key=lambda lane: lane.position)
    return [lane for lane in waiting if lane.next_attempt_at <= now or is_down(progress.failures, patience)]


def after_delivery(progress: Progress, attempt: Attempt, lane: str, patience: Patience) -> Progress:
    """A success ends the row of failures; after a time of being down it calls all parked lanes to try at once."""
    lanes = dict(progress.lanes)
    if lane in lanes:
        lanes[lane] = replace(lanes[lane], position=attempt.position + 1, attempts=0, next_attempt_at=attempt.at)
    if is_down(progress.failures, patience):
        lanes = {name: replace(parked, next_attempt_at=attempt.at) for name, parked in lanes.items()}
    return replace(progress, failures=0, rest_until=None, lanes=lanes, attempts=(*progress.attempts, attempt))


def after_failure(progress: Progress, attempt: Attempt, lane: str, patience: Patience, chance: float) -> Progress:
    """A failure parks the event's lane, lets a receiver that is down rest, and after the longest patience disables the subscription."""
    parked = _parked(progress.lanes.get(lane), attempt, lane, patience, chance)
    failures = progress.failures + 1
    row = failures - patience.down_after_failures + 1
    return replace(
        progress,
        failures=failures,
        rest_until=attempt.at + wait_before(row, patience, chance) if row > 0 else None,
        lanes={**progress.lanes, lane: parked},
        attempts=(*progress.attempts, attempt),
        disabled_because=_why_disabled(parked, attempt, patience),
    )


def _parked(before: ParkedLane | None, attempt: Attempt, lane: str, patience: Patience, chance: float) -> ParkedLane:
    """An event that fails again waits longer; the time of failing runs from its own first failure."""
    again = before is not None and before.position == attempt.position and before.attempts > 0
    attempts = before.attempts + 1 if before is not None and again else 1
    return ParkedLane(
        lane=lane,
        position=attempt.position,
        attempts=attempts,
        failing_since=before.failing_since if before is not None and again else attempt.at,
        next_attempt_at=attempt.at + wait_before(attempts, patience, chance),
    )


def _why_disabled(parked: ParkedLane, attempt: Attempt, patience: Patience) -> DisabledBecause | None:
    if attempt.outcome is Outcome.GONE:
        return DisabledBecause.RECEIVER_GONE
    return DisabledBecause.GIVEN_UP if attempt.at - parked.failing_since >= patience.give_up_after else None


def after_lane(progress: Progress, lane: str) -> Progress:
    """A lane that has caught up with the cursor is parked no more."""
    return replace(progress, lanes={name: parked for name, parked in progress.lanes.items() if name != lane})


def moved_to(progress: Progress, position: int) -> Progress:
    """Move the cursor; it never goes back."""
    return replace(progress, position=max(progress.position, position))


def is_full(progress: Progress, patience: Patience) -> bool:
    """When very many lanes are parked, the cursor waits for them."""
    return len(progress.lanes) >= patience.lanes_parked_max


def waiting_when_full(progress: Progress, patience: Patience) -> Progress:
    """A subscription that waits for its parked lanes rests until the first of them is due."""
    if not is_full(progress, patience) or progress.rest_until is not None:
        return progress
    return replace(progress, rest_until=min(lane.next_attempt_at for lane in progress.lanes.values()))
