"""The published JSON Schema of a plan, made from the same table of shapes that reads one, so that an editor completes what is read.

`make documents` writes it. An editor sees form only; the rules between the parts are checked by `check`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import singledispatch

from shared.plan.meanings import MEANINGS
from shared.plan.records import ListOf, OneOf, Record
from shared.plan.scalars import CODE_PATTERN, Amount, Choice, Code, Day, Flag, Text, Whole
from shared.plan.schema import CRITERION, PLAN, CriterionOrGroup, TooDeep, group_record
from shared.plan.shorthand import SHARED_RULES_KEY
from shared.plan.values import plain

TITLE = "Kế hoạch phong trào thi đua / Plan of an emulation movement"
SHARED_RULES = "quy tắc chung của mọi tiêu chí, trừ khi tiêu chí nói khác / what every criterion has unless it says otherwise"
SHARED_RULES_TAKEN = frozenset({"measure", "on_missing", "on_not_applicable"})
NODE, GROUP, LEAF = "criterion-or-group", "group", "criterion"

Schema = dict[str, object]


def plan_schema() -> Schema:
    """The schema of the whole document, with its shorthand."""
    whole = record_schema(PLAN)
    properties = whole["properties"]
    if isinstance(properties, dict):
        properties[SHARED_RULES_KEY] = {"description": SHARED_RULES, **record_schema(CRITERION, required=frozenset())}
    whole["required"] = [key for key in required_keys(PLAN) if key != "clusters"]
    leaf = record_schema(CRITERION, required=frozenset(required_keys(CRITERION)) - SHARED_RULES_TAKEN)
    either = {"if": {"type": "object", "required": ["members"]}, "then": ref(GROUP), "else": ref(LEAF)}
    definitions = {NODE: either, GROUP: record_schema(group_record(1)), LEAF: leaf}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": TITLE, **whole, "$defs": definitions}


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def required_keys(record: Record) -> list[str]:
    """The keys that may not be left out."""
    return [record.keys.get(name, name) for name in record.fields if name not in record.defaults()]


def record_schema(record: Record, required: frozenset[str] | None = None) -> Schema:
    """An object that has these keys and no others; each says what it means."""
    meanings: Mapping[str, str] = MEANINGS[record.build.__name__]
    properties = {
        key: {"description": meanings[key], **schema_of(shape)}
        for key, shape in ((record.keys.get(name, name), shape) for name, shape in record.fields.items())
    }
    needed = [key for key in required_keys(record) if required is None or key in required]
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": needed} if needed else found


@singledispatch
def schema_of(shape: object) -> Schema:
    """What may stand where a shape is read."""
    raise TypeError(type(shape))


@schema_of.register
def _(shape: Text) -> Schema:
    found: Schema = {"type": "string", "maxLength": shape.length_max}
    return found if shape.empty_allowed else {**found, "minLength": 1}


@schema_of.register
def _(shape: Code) -> Schema:
    return {"type": ["string", "integer"], "pattern": f"^{CODE_PATTERN}$", "maxLength": shape.length_max}


@schema_of.register
def _(shape: Whole) -> Schema:
    return {"type": "integer", "minimum": shape.minimum, "maximum": shape.maximum}


@schema_of.register
def _(shape: Amount) -> Schema:
    low: Schema = {"minimum": number(plain(shape.minimum))} if shape.above is None else {"exclusiveMinimum": number(plain(shape.above))}
    return {"type": ["number", "string"], **low, "maximum": number(plain(shape.maximum))}


def number(text: str) -> int | float:
    """A bound as JSON writes it; it only guides an editor, the reader keeps the exact one."""
    return float(text) if "." in text else int(text)


@schema_of.register
def _(_shape: Flag) -> Schema:
    return {"type": "boolean"}


@schema_of.register
def _(_shape: Day) -> Schema:
    return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@schema_of.register
def _(shape: Choice) -> Schema:
    return {"enum": [option.value for option in shape.options]}


@schema_of.register
def _(shape: ListOf) -> Schema:
    found: Schema = {"type": "array", "items": schema_of(shape.item), "maxItems": shape.maximum}
    return {**found, "minItems": shape.minimum} if shape.minimum else found


@schema_of.register
def _(shape: Record) -> Schema:
    return record_schema(shape)


@schema_of.register
def _(shape: OneOf) -> Schema:
    """A bare word where a kind needs no other key, else an object with `kind`."""
    bare = [kind for kind, record in shape.records.items() if not required_keys(record)]
    return {"oneOf": [*([{"enum": bare}] if bare else []), *(kind_schema(kind, record) for kind, record in shape.records.items())]}


def kind_schema(kind: str, record: Record) -> Schema:
    found = record_schema(record)
    properties = found["properties"]
    own = properties if isinstance(properties, dict) else {}
    return {**found, "properties": {"kind": {"const": kind}, **own}, "required": ["kind", *required_keys(record)]}


@schema_of.register(CriterionOrGroup)
@schema_of.register(TooDeep)
def _(_shape: object) -> Schema:
    return ref(NODE)


def printed() -> str:
    """The schema as it is published."""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=1) + "\n"
