"""A service is ready when no part of it is down. Every part that is down says why, in one sentence."""

from collections.abc import Mapping
from types import MappingProxyType

PARTS_MAX = 200
REASON_LENGTH_MAX = 500


class Readiness:
    """What is missing before the service can do its work; parts are up until they say otherwise."""

    def __init__(self) -> None:
        self._missing: dict[str, str] = {}

    def down(self, part: str, reason: str) -> None:
        """Note that the part can not work; the latest reason stands."""
        if part in self._missing or len(self._missing) < PARTS_MAX:
            self._missing[part] = reason[:REASON_LENGTH_MAX]

    def up(self, part: str) -> None:
        """Note that the part works."""
        self._missing.pop(part, None)

    @property
    def missing(self) -> Mapping[str, str]:
        """The parts that are down, each with its reason."""
        return MappingProxyType(dict(sorted(self._missing.items())))
