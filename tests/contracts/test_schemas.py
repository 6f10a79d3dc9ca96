"""The committed schemas are those of the code, and a change that would break a reader is refused."""

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from tests.contracts.documents import FACTS, SCHEMAS, committed_schema, golden, schema_of
from tests.contracts.growth import breaks

Document = dict[str, Any]


def test_there_is_one_schema_for_each_event_and_no_other() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(FACTS)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_code_has_not_broken_the_committed_schema(name: str) -> None:
    assert breaks(committed_schema(name), schema_of(name)) == []


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_committed_schema_is_that_of_the_code(name: str) -> None:
    assert committed_schema(name) == schema_of(name), "it has grown: make documents"


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_golden_example_holds_against_the_committed_schema(name: str) -> None:
    jsonschema.validate(golden(name).data, committed_schema(name), cls=jsonschema.Draft202012Validator)


def score_schema() -> Document:
    return json.loads(json.dumps(committed_schema("score-computed")))  # type: ignore[no-any-return]


def remove_field(schema: Document) -> None:
    del schema["properties"]["grade"]


def remove_nested_field(schema: Document) -> None:
    del schema["$defs"]["Cause"]["properties"]["agency"]


def narrow_type(schema: Document) -> None:
    schema["properties"]["revision"]["type"] = "string"


def forbid_null(schema: Document) -> None:
    schema["properties"]["total"] = {"type": "string"}


def require_more(schema: Document) -> None:
    schema["properties"]["region"] = {"type": "string"}
    schema["required"].append("region")


def require_what_was_optional(schema: Document) -> None:
    schema["required"].append("grade")


def promise_less(schema: Document) -> None:
    schema["required"].remove("state")


def shorten(schema: Document) -> None:
    schema["properties"]["agency"]["maxLength"] = 20


def bound_what_was_free(schema: Document) -> None:
    schema["properties"]["content_hash"]["pattern"] = "^[0-9a-f]{64}$"


def remove_value(schema: Document) -> None:
    schema["$defs"]["CauseKind"]["enum"].remove("cluster")


def change_what_a_map_holds(schema: Document) -> None:
    schema["properties"]["points"]["additionalProperties"] = {"type": "number"}


@pytest.mark.parametrize(
    "mutation",
    [
        remove_field,
        remove_nested_field,
        narrow_type,
        forbid_null,
        require_more,
        require_what_was_optional,
        promise_less,
        shorten,
        bound_what_was_free,
        remove_value,
        change_what_a_map_holds,
    ],
    ids=lambda mutation: mutation.__name__.replace("_", " "),
)
def test_a_change_that_breaks_a_reader_is_refused(mutation: Callable[[Document], None]) -> None:
    committed = score_schema()
    current = copy.deepcopy(committed)
    mutation(current)
    assert breaks(committed, current) != []


def add_optional_field(schema: Document) -> None:
    schema["properties"]["remark"] = {"type": "string", "default": ""}


def add_value(schema: Document) -> None:
    schema["$defs"]["CauseKind"]["enum"].append("appraisal")


def lengthen(schema: Document) -> None:
    schema["properties"]["agency"]["maxLength"] = 400


def say_it_better(schema: Document) -> None:
    schema["properties"]["agency"]["description"] = "Another sentence."


@pytest.mark.parametrize(
    "mutation", [add_optional_field, add_value, lengthen, say_it_better], ids=lambda mutation: mutation.__name__.replace("_", " ")
)
def test_growth_is_welcome(mutation: Callable[[Document], None]) -> None:
    committed = score_schema()
    current = copy.deepcopy(committed)
    mutation(current)
    assert breaks(committed, current) == []
