"""One feed for everyone: what of an event is told, to whom, and in whose order."""

from dataclasses import dataclass

# Who holds which key is between the services; it is nobody's news.
KEPT_BACK = frozenset({"access-changed"})
# What became of what a source sent is that source's alone.
PRIVATE = frozenset({"report-accepted", "report-rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it stands in the feed; `body` is the very text that every reader gets."""

    source: str
    id: str
    name: str
    lane: str
    movement: str | None
    agency: str | None
    owner: str | None
    private: bool
    test: bool
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a reader may see. None in movements or agencies means all; one that is bound sees of sources only its own."""

    source: str | None
    bound: bool
    movements: tuple[str, ...] | None
    agencies: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader asks for. None means all; an agency stands for those below it too; the sandbox is read apart from the rest."""

    names: tuple[str, ...] | None = None
    movements: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event at its place in the feed."""

    position: int
    source: str
    id: str
    name: str
    lane: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where the feed begins and ends. A restored service has a higher epoch, and with it another feed."""

    epoch: int
    last_position: int
    pruned_through: int


def is_told(name: str) -> bool:
    """Everything is told but what is between the services."""
    return name not in KEPT_BACK


def is_private(name: str) -> bool:
    """Receipts are told to the source that sent, and to nobody else."""
    return name in PRIVATE


def lane_of(agency: str | None, topic: str, key: str) -> str:
    """Events of one agency are told in order; those of no agency in the order of their topic's key."""
    return agency if agency is not None else f"{topic}/{key}"


def holds(bounds: Bounds, epoch: int, position: int) -> bool:
    """A place can be read on from while nothing after it was forgotten and the feed is still the same."""
    return epoch == bounds.epoch and bounds.pruned_through <= position <= bounds.last_position
