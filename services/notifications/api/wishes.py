"""What a caller asks of the feed, checked, and what it may see at all."""

from collections.abc import Sequence

from services.notifications.contract import EVENT_NAMES, event_name
from services.notifications.domain.feed import Sight, is_told
from shared.http.access import Caller, Role
from shared.http.problems import Fault, Problem, fault

ALLOWED = tuple(sorted(name for name in EVENT_NAMES if is_told(name)))


def sight_of(caller: Caller) -> Sight:
    """Tell what a caller may see."""
    return Sight(
        source=caller.source,
        bound=Role.SOURCE in caller.roles,
        movements=_sorted(caller.movements),
        agencies=_sorted(caller.agencies),
    )


def names_of(types: Sequence[str] | None, pointers: Sequence[str]) -> tuple[str, ...] | None:
    """Read event types, each by its short name or its CloudEvents type; raises the problem type-unknown for all that are none."""
    if not types:
        return None
    names = [event_name(type_) for type_ in types]
    faults: list[Fault] = [
        fault("type-unknown", pointer, type=type_, allowed=", ".join(ALLOWED))
        for type_, name, pointer in zip(types, names, pointers, strict=True)
        if name not in ALLOWED
    ]
    if faults:
        raise Problem.of(faults)
    return tuple(name for name in names if name is not None)


def _sorted(codes: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(sorted(codes))
