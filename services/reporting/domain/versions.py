"""Which version of a report counts: the highest that stands, that is, was accepted and neither returned nor withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from services.reporting.domain.periods import PeriodState, Window, is_late


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is held of an agency for a period: digests of versions (as far as they were asked for), the highest, what is withdrawn."""

    digests: Mapping[int, str] = field(default_factory=dict)
    highest: int = 0
    withdrawn_to: int = 0

    def holding(self, version: int, digest: str) -> "Shelf":
        """The shelf with one version more."""
        return replace(self, digests={**self.digests, version: digest}, highest=max(self.highest, version))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    """One accepted version and what became of it."""

    version: int
    submitted_at: datetime
    returned: bool


def standing_version(versions: Iterable[HeldVersion], withdrawn_to: int) -> HeldVersion | None:
    """The highest version that stands: withdrawing version n voids all up to n, returning voids one."""
    standing = (held for held in versions if not held.returned and held.version > withdrawn_to)
    return max(standing, key=lambda held: held.version, default=None)


class ReceiptState(StrEnum):
    """What became of what was sent, as it stands now."""

    RECEIVED = "received"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    SCORED = "scored"
    SUPERSEDED = "superseded"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What is known of the version that a receipt is for. `standing` is the version that counts, `scored` the one last scored."""

    version: int
    returned: bool = False
    withdrawn_to: int = 0
    standing: int | None = None
    scored: int | None = None
    period: PeriodState = PeriodState.OPEN


def receipt_state(fate: Fate | None) -> ReceiptState:
    """The state of a receipt; without a fate it was rejected."""
    if fate is None:
        return ReceiptState.REJECTED
    if fate.version <= fate.withdrawn_to:
        return ReceiptState.WITHDRAWN
    if fate.returned:
        return ReceiptState.RETURNED
    if fate.standing is not None and fate.standing > fate.version:
        return ReceiptState.SUPERSEDED
    if fate.period is PeriodState.CLOSED:
        return ReceiptState.LOCKED
    return ReceiptState.SCORED if fate.scored == fate.version else ReceiptState.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredVersion:
    """The version that an agency's score stands on, as scoring told it; none where the score is void."""

    movement: str
    period: str
    agency: str
    version: int | None
    revision: int


# From here on a sender who waits for `accepted` or `scored` waits no longer.
REACHED: Mapping[ReceiptState, frozenset[ReceiptState]] = MappingProxyType(
    {
        ReceiptState.ACCEPTED: frozenset(ReceiptState) - {ReceiptState.RECEIVED},
        ReceiptState.SCORED: frozenset(ReceiptState) - {ReceiptState.RECEIVED, ReceiptState.ACCEPTED},
        ReceiptState.LOCKED: frozenset(ReceiptState) - {ReceiptState.RECEIVED, ReceiptState.ACCEPTED, ReceiptState.SCORED},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many of the frozen members have reported; never more than all."""

    expected: int
    on_time: int
    late: int

    @property
    def reported(self) -> int:
        """Members with a report that stands."""
        return self.on_time + self.late

    @property
    def missing(self) -> int:
        """Members without one."""
        return self.expected - self.reported


def completeness(submissions: Iterable[datetime | None], window: Window) -> Completeness:
    """Count the members by the submission instant of the version that stands; none where a member has none."""
    instants = list(submissions)
    late = sum(1 for instant in instants if instant is not None and is_late(instant, window))
    reported = sum(1 for instant in instants if instant is not None)
    return Completeness(expected=len(instants), on_time=reported - late, late=late)
