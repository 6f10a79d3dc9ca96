"""Reading a document without stopping at its first fault.

A shape notes what is wrong in `Reading` and raises `Unreadable`; whoever contains it goes on with the next part, so that
the rules between the readable parts are looked at too. A document with a noted problem never becomes a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.plan.problems import PlanProblem


class Unreadable(Exception):
    """A part of the document could not be read; the reason is already noted."""


@dataclass(slots=True)
class Reading:
    """The problems found so far, and where each part of the document stands."""

    marks: Mapping[str, tuple[int, int]]  # JSON pointer → line and column
    problems: list[PlanProblem] = field(default_factory=list)
    pointers: dict[int, str] = field(default_factory=dict)  # identity of a value that was read → its JSON pointer
    unread_codes: set[str] = field(default_factory=set)  # of parts that could not be read: naming them is no further fault

    def note(self, pointer: str, code: str, vi: str, en: str) -> None:
        line, column = self.place_of(pointer)
        self.problems.append(PlanProblem(line=line, column=column, pointer=pointer, code=code, sentence_vi=vi, sentence_en=en))

    def refuse(self, pointer: str, code: str, vi: str, en: str) -> Unreadable:
        self.note(pointer, code, vi, en)
        return Unreadable()

    def note_at(self, value: object, key: str, code: str, vi: str, en: str) -> None:
        """Note a broken rule at a key of a value that was read."""
        self.note(f"{self.pointers.get(id(value), '')}/{key}", code, vi, en)

    def place_of(self, pointer: str) -> tuple[int, int]:
        """The place of a part, or of the nearest part around it that the text has."""
        while pointer not in self.marks and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.marks.get(pointer, (0, 0))


class Shape(Protocol):
    def read(self, reading: Reading, data: object, pointer: str) -> object:
        """The value, or `Unreadable` after noting why."""

    def write(self, value: Any) -> object:
        """The canonical form of a value that was read."""


def wrong_type(reading: Reading, pointer: str, vi: str, en: str) -> Unreadable:
    return reading.refuse(pointer, "wrong-type", f"Ở đây phải là {vi}.", f"Expected {en} here.")


def out_of_range(reading: Reading, pointer: str, minimum: str, maximum: str) -> Unreadable:
    return reading.refuse(
        pointer,
        "number-out-of-range",
        f"Số phải nằm trong khoảng {minimum} đến {maximum}.",
        f"The number must be from {minimum} to {maximum}.",
    )


UNREAD = object()


def attempt(shape: Shape, reading: Reading, data: object, pointer: str) -> object:
    """Read a part; what cannot be read is noted and marked, so that its neighbours are read too."""
    try:
        return shape.read(reading, data, pointer)
    except Unreadable:
        return UNREAD
