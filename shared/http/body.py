"""JSON from outside is read strictly and within limits: what can not be kept exactly is refused, with its place.

The same function reads HTTP bodies and Kafka values. Fractions become Decimal, whole numbers int; nothing becomes a float.
"""

import json
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from shared.http.codes import Fault, fault, pointer_to
from shared.http.problems import Problem

FAULTS_MAX = 100
EXPONENT_MAX = 1_000
BOM = "\ufeff"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large and how deep a body may be; `digits_max` counts the characters of a number as it is written."""

    bytes_max: int = 1_000_000
    depth_max: int = 32
    keys_max: int = 200_000
    digits_max: int = 100


LIMITS = Limits()


class BodyInvalid(Exception):
    """The body is not JSON that can be kept exactly; every fault found, with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{each.code} at {each.pointer or '/'}" for each in faults))
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
        """Make the answer over HTTP of it."""
        return Problem.of(self.faults)


@dataclass(frozen=True, slots=True)
class _Unkept:
    """Stands in the tree for a number that can not be kept, until its place is known."""

    code: str
    limit: int = 0


class _Duplicated(dict[str, object]):
    """An object in which a key stood more than once."""

    key: str = ""


@dataclass(slots=True)
class _Hooks:
    """What the parser calls; `suspicious` tells whether the tree must be walked for the places of faults."""

    limits: Limits
    suspicious: bool = field(default=False)

    def object_of(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        kept = dict(pairs)
        if len(kept) == len(pairs):
            return kept
        self.suspicious = True
        duplicated = _Duplicated(kept)
        duplicated.key = _first_twice(name for name, _ in pairs)
        return duplicated

    def fraction(self, literal: str) -> object:
        if len(literal) > self.limits.digits_max:
            return self._unkept("value-too-precise", self.limits.digits_max)
        try:
            number = Decimal(literal)
        except InvalidOperation:
            return self._unkept("value-out-of-range")
        # Written out, a number of a huge exponent fills the memory.
        return number if abs(number.adjusted()) <= EXPONENT_MAX else self._unkept("value-out-of-range")

    def whole(self, literal: str) -> object:
        return int(literal) if len(literal) <= self.limits.digits_max else self._unkept("value-too-large", self.limits.digits_max)

    def constant(self, _literal: str) -> object:
        return self._unkept("value-not-finite")

    def _unkept(self, code: str, limit: int = 0) -> _Unkept:
        self.suspicious = True
        return _Unkept(code, limit)


def read_json(raw: bytes, limits: Limits = LIMITS) -> object:
    """Parse strictly; raises BodyInvalid with all that can not be kept: duplicate keys, NaN, endless numbers, lone surrogates …"""
    if len(raw) > limits.bytes_max:
        raise BodyInvalid([fault("body-too-large", limit=limits.bytes_max)])
    text = _decoded(raw)
    hooks = _Hooks(limits)
    value = _parsed(text, hooks)
    if hooks.suspicious or _could_break_limits(text, limits):
        faults = [found for found, _ in zip(_faults(value, limits), range(FAULTS_MAX), strict=False)]
        if faults:
            raise BodyInvalid(faults)
    return value


def _first_twice(names: Iterable[str]) -> str:
    """Return the first name that stands more than once; there is one."""
    return next(name for name, count in Counter(names).items() if count > 1)


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise BodyInvalid([fault("body-not-utf8", position=error.start + 1)]) from error
    if not text.strip(BOM + " \t\r\n"):
        raise BodyInvalid([fault("body-missing")])
    return text.removeprefix(BOM)


def _parsed(text: str, hooks: _Hooks) -> object:
    try:
        parsed: object = json.loads(
            text,
            object_pairs_hook=hooks.object_of,
            parse_float=hooks.fraction,
            parse_int=hooks.whole,
            parse_constant=hooks.constant,
        )
    except json.JSONDecodeError as error:
        raise BodyInvalid([fault("body-not-json", line=error.lineno, column=error.colno)]) from error
    except RecursionError as error:
        raise BodyInvalid([fault("body-too-deep", limit=hooks.limits.depth_max)]) from error
    return parsed


def _could_break_limits(text: str, limits: Limits) -> bool:
    """Tell cheaply whether a walk is needed: a text with few brackets is not deep, one without escapes has no lone surrogate."""
    brackets = text.count("[") + text.count("{")
    return "\\u" in text or brackets > limits.depth_max or text.count(",") + brackets >= limits.keys_max


def _faults(root: object, limits: Limits) -> Iterator[Fault]:
    """Walk the tree in the order in which it is written, without recursion, and name each fault's place."""
    waiting: list[tuple[object, tuple[str | int, ...]]] = [(root, ())]
    seen = 0
    while waiting:
        value, path = waiting.pop()
        seen += 1
        if len(path) > limits.depth_max or seen > limits.keys_max:
            yield _limit_broken(path, limits)
            return
        yield from _faults_of(value, path)
        waiting.extend(reversed(_children(value, path)))


def _limit_broken(path: tuple[str | int, ...], limits: Limits) -> Fault:
    if len(path) > limits.depth_max:
        return fault("body-too-deep", pointer_to(*path[:1]), limit=limits.depth_max)
    return fault("too-many-keys", limit=limits.keys_max)


def _children(value: object, path: tuple[str | int, ...]) -> list[tuple[object, tuple[str | int, ...]]]:
    match value:
        case dict():
            return [(child, (*path, name)) for name, child in value.items()]
        case list():
            return [(child, (*path, place)) for place, child in enumerate(value)]
        case _:
            return []


def _faults_of(value: object, path: tuple[str | int, ...]) -> Iterator[Fault]:
    match value:
        case _Unkept():
            yield fault(value.code, pointer_to(*path), limit=value.limit)
        case str() if _UNKEEPABLE.search(value):
            yield fault("text-invalid", pointer_to(*path))
        case _Duplicated():
            yield fault("key-duplicated", pointer_to(*path, value.key), key=value.key)
        case _:
            pass
    if isinstance(value, dict) and any(_UNKEEPABLE.search(name) for name in value):
        yield fault("text-invalid", pointer_to(*path))


def normalise(value: object) -> object:
    """Bring all text, keys too, to NFC; the same object comes back where nothing had to change.

    Raises BodyInvalid where two keys become one.
    """
    if isinstance(value, str):
        return value if value.isascii() or unicodedata.is_normalized("NFC", value) else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return _normalised_object(value)
    if isinstance(value, list):
        items = [normalise(item) for item in value]
        return value if all(map(operator.is_, items, value)) else items
    return value


def _normalised_object(value: dict[str, object]) -> dict[str, object]:
    names = [normalise(name) for name in value]
    children = [normalise(child) for child in value.values()]
    if all(map(operator.is_, children, value.values())) and all(map(operator.is_, names, value)):
        return value
    kept = {str(name): child for name, child in zip(names, children, strict=True)}
    if len(kept) < len(names):
        twice = _first_twice(str(name) for name in names)
        raise BodyInvalid([fault("key-duplicated", pointer_to(twice), key=twice)])
    return kept
