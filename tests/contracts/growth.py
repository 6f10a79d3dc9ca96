"""A published schema may only grow: whoever reads what was committed can read what the code writes now.

Growth is a new field that may be left out, a new value of an enumeration, a wider bound. All else breaks somebody.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

Schema = Mapping[str, object]

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
FIXED = ("type", "format", "pattern", "const")


def breaks(committed: Schema, current: Schema) -> list[str]:
    """Say in one sentence each, with its place, what a reader of the committed schema would trip over."""
    return list(_breaks(_Place(committed, committed), _Place(current, current), ""))


class _Place:
    """One schema inside a document, with its references followed."""

    def __init__(self, document: Schema, schema: object) -> None:
        self.document = document
        self.schema = schema if _is_schema(schema) else {}
        reference = self.schema.get("$ref")
        if isinstance(reference, str):
            definitions = document["$defs"]
            assert _is_schema(definitions)
            self.schema = _Place(document, definitions[reference.removeprefix("#/$defs/")]).schema

    def inner(self, key: str) -> "_Place | None":
        """Return the schema under the key, if there is one."""
        found = self.schema.get(key)
        return _Place(self.document, found) if _is_schema(found) else None

    def branches(self) -> list["_Place"]:
        """Return the alternatives."""
        return [_Place(self.document, branch) for branch in _list(self.schema.get("anyOf"))]

    def properties(self) -> dict[str, "_Place"]:
        """Return the fields."""
        found = self.schema.get("properties")
        return {name: _Place(self.document, schema) for name, schema in found.items()} if _is_schema(found) else {}


def _is_schema(value: object) -> TypeGuard[Schema]:
    return isinstance(value, Mapping)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _breaks(old: _Place, new: _Place, at: str) -> Iterator[str]:
    yield from (
        f"{at or '/'}: {word} was {old.schema.get(word)!r}, now {new.schema.get(word)!r}" for word in FIXED if _differs(old, new, word)
    )
    yield from (f"{at or '/'}: value {value!r} removed" for value in _lost(old, new, "enum"))
    yield from (f"{at or '/'}: {word} is narrower" for word in (*LOWER_BOUNDS, *UPPER_BOUNDS) if _narrower(old, new, word))
    yield from (f"{at}/{name}: newly required" for name in _lost(new, old, "required"))
    yield from (f"{at}/{name}: no longer promised" for name in _lost(old, new, "required"))
    yield from _breaks_inside(old, new, at)


def _breaks_inside(old: _Place, new: _Place, at: str) -> Iterator[str]:
    fields = new.properties()
    for name, field in old.properties().items():
        yield from _breaks(field, fields[name], f"{at}/{name}") if name in fields else [f"{at}/{name}: removed"]
    for word in ("items", "additionalProperties"):
        before, after = old.inner(word), new.inner(word)
        if before is not None:
            yield from _breaks(before, after, f"{at}/*") if after is not None else [f"{at}: {word} says nothing now"]
    before_branches, after_branches = old.branches(), new.branches()
    if len(before_branches) != len(after_branches):
        yield f"{at}: had {len(before_branches)} alternatives, now {len(after_branches)}"
        return
    for before, after in zip(before_branches, after_branches, strict=True):
        yield from _breaks(before, after, at)


def _differs(old: _Place, new: _Place, word: str) -> bool:
    return old.schema.get(word) != new.schema.get(word)


def _lost(old: _Place, new: _Place, word: str) -> list[object]:
    kept = _list(new.schema.get(word))
    return [value for value in _list(old.schema.get(word)) if value not in kept] if word == "required" or word in old.schema else []


def _narrower(old: _Place, new: _Place, word: str) -> bool:
    before, after = old.schema.get(word), new.schema.get(word)
    if not isinstance(after, int | float):
        return False
    if not isinstance(before, int | float):
        return True
    return after > before if word in LOWER_BOUNDS else after < before
