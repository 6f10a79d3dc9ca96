"""The catalogue of what can be wrong: one stable code for HTTP answers and for receipts over Kafka alike. Read from codes.toml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """One entry of the catalogue; the sentences hold named places for the facts of a case."""

    code: str
    status: int
    title_vi: str
    title_en: str
    detail_vi: str
    detail_en: str
    mend_vi: str
    mend_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: where (JSON pointer), what, and how to mend it."""

    code: str
    pointer: str = ""
    detail_vi: str
    detail_en: str
    mend_vi: str
    mend_en: str

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return entry(self.code).status


def entry(code: str) -> ErrorCode:
    """Return the entry of the catalogue; KeyError where the code is none of it."""
    raise NotImplementedError


def fault(code: str, pointer: str = "", **facts: object) -> Fault:
    """State a case of the code; facts fill the sentences, shortened and without control characters."""
    raise NotImplementedError
