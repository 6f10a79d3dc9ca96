"""Which version of a report counts. The number of the version decides, never the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class VoidKind(StrEnum):
    """How a version stopped counting."""

    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A return or a withdrawal, as the registry ordered it."""

    version: int
    kind: VoidKind
    revision: int

    def covers(self, version: int) -> bool:
        """Tell whether the version is void by this: a return voids its own version, a withdrawal all up to its own."""
        return version == self.version if self.kind is VoidKind.RETURNED else version <= self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVersion:
    """What a closing said of a member: the version that counts, or none; later voids than the closing still void it."""

    version: int | None
    closed_revision: int


def standing_version(versions: Iterable[int], voids: Sequence[Void]) -> int | None:
    """Find the highest version that was neither returned nor withdrawn."""
    return max((version for version in versions if not any(void.covers(version) for void in voids)), default=None)


def version_that_counts(versions: Sequence[int], voids: Sequence[Void], named: NamedVersion | None) -> int | None:
    """The standing version; from the close on the one that the closing named, once it is here, unless it was voided since."""
    if named is None or not is_held(versions, named):
        return standing_version(versions, voids)
    since = [void for void in voids if void.revision > named.closed_revision]
    return standing_version([version for version in versions if version == named.version], since)


def is_held(versions: Sequence[int], named: NamedVersion) -> bool:
    """Tell whether what the closing named has arrived here."""
    return named.version is None or named.version in versions
