"""JSON from outside is read strictly and within limits: what can not be kept exactly is refused, with its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.http.problems import Fault, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large and how deep a body may be."""

    bytes_max: int = 1_000_000
    depth_max: int = 32
    keys_max: int = 100_000
    digits_max: int = 100


class BodyInvalid(Exception):
    """The body is not JSON that can be kept exactly; every fault found, with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.detail_en for fault in faults))
        self.faults = tuple(faults)

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return self.faults[0].code

    @property
    def pointer(self) -> str:
        """The place of the first fault."""
        return self.faults[0].pointer

    def problem(self) -> Problem:
        """The same, as an answer over HTTP."""
        return Problem.of(self.faults)


def read_json(raw: bytes, limits: Limits = Limits()) -> object:
    """Parse strictly (floats become Decimal); raises BodyInvalid."""
    raise NotImplementedError


def normalise(value: object) -> object:
    """Bring all text to NFC, in keys and values."""
    raise NotImplementedError
