"""JSON in the database keeps numbers exactly: a Decimal goes in and the same Decimal comes out; a float is refused."""

import json
from collections.abc import Mapping
from decimal import Decimal


def dumps(value: object) -> str:
    """Write JSON; raises TypeError for floats and for whatever JSON has no form for."""
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Decimal() if value.is_finite():
            return str(value)
        case Mapping():
            members = (f"{json.dumps(str(name), ensure_ascii=False)}:{dumps(child)}" for name, child in value.items())
            return "{" + ",".join(members) + "}"
        case list() | tuple():
            return "[" + ",".join(dumps(item) for item in value) + "]"
        case _:
            raise TypeError(f"JSON has no exact form for {type(value).__name__}")


def loads(text: str) -> object:
    """Read JSON; fractions become Decimal."""
    value: object = json.loads(text, parse_float=Decimal)
    return value
