"""Lists and objects of a document, told as data: strict about keys, and written without what equals its default."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.plan.codes import Sentence
from shared.plan.reading import UNREAD, Reading, Shape, Unreadable, attempt, wrong_type
from shared.plan.values import nearest_codes, pointer_to, shown

NO_HINT = Sentence(vi="", en="")
COMMA = Sentence(
    vi=" Trong { } dấu phẩy kết thúc một mục: hãy đặt chữ có dấu phẩy trong ngoặc kép.",
    en=" Inside { } a comma ends an entry: put a text with a comma in quotation marks.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list; entries that cannot be read are noted and left out."""

    item: Shape
    minimum: int = 0
    maximum: int = 1000

    def read(self, reading: Reading, data: object, pointer: str) -> tuple[object, ...]:
        if not isinstance(data, list):
            raise wrong_type(reading, pointer, "một danh sách", "a list")
        if not self.minimum <= len(data) <= self.maximum:
            raise reading.refuse(
                pointer,
                "list-length",
                f"Danh sách phải có từ {self.minimum} đến {self.maximum} mục.",
                f"The list must have from {self.minimum} to {self.maximum} entries.",
            )
        items = [attempt(self.item, reading, entry, f"{pointer}/{index}") for index, entry in enumerate(data)]
        return tuple(item for item in items if item is not UNREAD)

    def write(self, value: tuple[object, ...]) -> object:
        return [self.item.write(entry) for entry in value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object whose keys are the fields of a dataclass; a field with a default may be left out, and is when it has it."""

    build: type[Any]
    fields: Mapping[str, Shape]
    keys: Mapping[str, str] = field(default_factory=dict)  # field name → key in the document, where they differ
    hints: Mapping[str, Sentence] = field(default_factory=dict)  # key → what it may say, told where it is absent

    def read(self, reading: Reading, data: object, pointer: str) -> object:
        if not isinstance(data, dict):
            raise wrong_type(reading, pointer, "một đối tượng (khóa: giá trị)", "an object (key: value)")
        shapes = {self.keys.get(name, name): (name, shape) for name, shape in self.fields.items()}
        self.note_unknown(reading, data, pointer, list(shapes))
        values = {
            shapes[key][0]: attempt(shapes[key][1], reading, entry, pointer_to(pointer, key))
            for key, entry in data.items()
            if key in shapes and not self.is_absent(entry, shapes[key][0])
        }
        self.note_absent(reading, data, pointer)
        values = {name: value for name, value in values.items() if value is not UNREAD}
        if any(name not in values and name not in self.defaults() for name in self.fields):
            reading.unread_codes.add(str(data.get("code")))
            raise Unreadable
        built: object = self.build(**values)
        reading.pointers[id(built)] = pointer
        return built

    def is_absent(self, entry: object, name: str) -> bool:
        """Null is the same as leaving the key out, where it may be left out."""
        return entry is None and name in self.defaults()

    def note_unknown(self, reading: Reading, data: Mapping[str, object], pointer: str, known: list[str]) -> None:
        for key in data:
            if key not in known:
                nearest = nearest_codes(key, known) or known
                comma = COMMA if " " in key else NO_HINT
                vi = f"Không có khóa “{shown(key)}” ở đây. Khóa gần nhất: {', '.join(nearest)}.{comma.vi}"
                en = f"There is no key “{shown(key)}” here. Nearest: {', '.join(nearest)}.{comma.en}"
                reading.note(pointer_to(pointer, key), "key-unknown", vi, en)

    def note_absent(self, reading: Reading, data: Mapping[str, object], pointer: str) -> None:
        defaults = self.defaults()
        for name in self.fields:
            key = self.keys.get(name, name)
            if name not in defaults and key not in data:
                hint = self.hints.get(key, NO_HINT)
                vi, en = f"Thiếu khóa bắt buộc “{key}”{hint.vi}.", f"The key “{key}” is required here{hint.en}."
                reading.note(pointer, "key-absent", vi, en)

    def defaults(self) -> Mapping[str, object]:
        return defaults_of(self.build)

    def write(self, value: object) -> dict[str, object]:
        defaults = self.defaults()
        written: dict[str, object] = {}
        for name, shape in self.fields.items():
            entry = getattr(value, name)
            if name not in defaults or entry != defaults[name]:
                written[self.keys.get(name, name)] = shape.write(entry)
        return written


def defaults_of(build: type[Any]) -> Mapping[str, object]:
    """The defaults of a dataclass by field name."""
    defaults: dict[str, object] = {}
    for one in dataclasses.fields(build):
        if one.default is not dataclasses.MISSING:
            defaults[one.name] = one.default
        elif one.default_factory is not dataclasses.MISSING:
            defaults[one.name] = one.default_factory()
    return defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of several records, told apart by the key `kind`; a bare word stands for a record that needs no other key."""

    records: Mapping[str, Record]

    def read(self, reading: Reading, data: object, pointer: str) -> object:
        entry: object = {"kind": data} if isinstance(data, str) else data
        if not isinstance(entry, dict):
            raise wrong_type(reading, pointer, "một đối tượng có khóa “kind”", "an object with the key “kind”")
        kind = entry.get("kind")
        if not isinstance(kind, str) or kind not in self.records:
            allowed = ", ".join(self.records)
            raise reading.refuse(pointer, "kind-unknown", f"“kind” phải là một trong: {allowed}.", f"“kind” must be one of: {allowed}.")
        return self.records[kind].read(reading, {key: part for key, part in entry.items() if key != "kind"}, pointer)

    def write(self, value: object) -> object:
        for kind, record in self.records.items():
            if record.build is type(value):
                return {"kind": kind, **record.write(value)}
        raise TypeError(type(value))
