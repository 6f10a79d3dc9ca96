"""The catalogue of what can be wrong: one stable code for HTTP answers and for receipts over Kafka alike. Read from codes.toml."""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from types import MappingProxyType

FACT_LENGTH_MAX = 120
UNTOLD = "…"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts that the sentences ask for."""
        sentences = (self.detail_vi, self.detail_en, self.mend_vi, self.mend_en)
        return frozenset(name for sentence in sentences for _, name, _, _ in Formatter().parse(sentence) if name)


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

    def saying(self, *, detail_vi: str, detail_en: str) -> "Fault":
        """Return the same fault in more exact words than the catalogue has."""
        return replace(self, detail_vi=detail_vi, detail_en=detail_en)


def _read_catalogue(path: Path) -> dict[str, ErrorCode]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {code: ErrorCode(code=code, **table) for code, table in tables.items()}


CATALOGUE = MappingProxyType(_read_catalogue(Path(__file__).with_name("codes.toml")))


def entry(code: str) -> ErrorCode:
    """Return the entry of the catalogue; KeyError where the code is none of it."""
    return CATALOGUE[code]


def fault(code: str, pointer: str = "", **facts: object) -> Fault:
    """State a case of the code; facts fill the sentences, shortened and without control characters.

    A fact that is not told leaves "…" in its sentence: an answer never fails for want of a word.
    """
    known = entry(code)
    told = {name: shown(facts.get(name, UNTOLD)) for name in known.facts}
    return Fault(
        code=code,
        pointer=pointer,
        detail_vi=known.detail_vi.format_map(told),
        detail_en=known.detail_en.format_map(told),
        mend_vi=known.mend_vi.format_map(told),
        mend_en=known.mend_en.format_map(told),
    )


def shown(fact: object) -> str:
    """Write what someone sent so that it can be shown: one line, bounded, nothing that moves a cursor or turns text round."""
    text = str(fact)
    cut = text if len(text) <= FACT_LENGTH_MAX else text[:FACT_LENGTH_MAX] + UNTOLD
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cut)


def pointer_to(*parts: str | int) -> str:
    """Write a JSON pointer (RFC 6901); long keys are cut, for a pointer names a place and must not carry a payload."""
    return "".join("/" + shown(part).replace("~", "~0").replace("/", "~1") for part in parts)
