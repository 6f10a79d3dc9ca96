"""What pydantic refuses is told in the catalogue's codes, at its place in the body."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.http.validation import faults_of


class Colour(StrEnum):
    RED = "red"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(min_length=1, max_length=5)]


class Body(BaseModel):
    version: Annotated[int, Field(ge=1)] = 1
    colour: Colour = Colour.RED
    at: AwareDatetime | None = None
    values: dict[str, Decimal | Literal["n/a"] | None] = {}
    points: Annotated[Decimal, Field(max_digits=10, decimal_places=2)] = Decimal(0)
    items: Annotated[list[Inner], Field(min_length=1, max_length=2)] = [Inner(code="x")]
    name: Annotated[str, Field(pattern="^[a-z]+$")] = "a"


CASES = [
    ({"version": 0}, "field-out-of-range", "/version"),
    ({"version": "x"}, "field-wrong-type", "/version"),
    ({"version": Decimal("1.5")}, "field-wrong-type", "/version"),
    ({"colour": "blue"}, "choice-unknown", "/colour"),
    ({"at": "yesterday"}, "field-wrong-type", "/at"),
    ({"at": "2023-01-01T00:00:00"}, "field-wrong-type", "/at"),
    ({"values": {"a/b": []}}, "field-wrong-type", "/values/a~1b"),
    ({"values": 3}, "field-wrong-type", "/values"),
    ({"points": Decimal("1.005")}, "value-too-precise", "/points"),
    ({"points": Decimal("12345678901")}, "value-too-large", "/points"),
    ({"points": Decimal("NaN")}, "value-not-finite", "/points"),
    ({"items": []}, "list-empty", "/items"),
    ({"items": [{"code": "a"}] * 3}, "list-too-long", "/items"),
    ({"items": [{"code": "a"}, {}]}, "field-missing", "/items/1/code"),
    ({"items": [{"code": ""}]}, "text-empty", "/items/0/code"),
    ({"items": [{"code": "toolong"}]}, "text-too-long", "/items/0/code"),
    ({"items": [{"code": "a", "x": 1}]}, "field-unknown", "/items/0/x"),
    ({"items": [7]}, "field-wrong-type", "/items/0"),
    ({"name": "A"}, "field-invalid", "/name"),
    ([], "field-wrong-type", ""),
]


@pytest.mark.parametrize(("body", "code", "pointer"), CASES, ids=[f"{code} at {pointer}" for _, code, pointer in CASES])
def test_a_refusal_has_a_code_and_a_place(body: object, code: str, pointer: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate(body)
    faults = faults_of(caught.value, body)
    assert (faults[0].code, faults[0].pointer) == (code, pointer)
    assert "…" not in faults[0].detail_vi + faults[0].mend_vi


def test_a_body_inside_another_is_told_from_the_root() -> None:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate({"version": 0})
    assert faults_of(caught.value, {"version": 0}, prefix=("reports", 7))[0].pointer == "/reports/7/version"


def test_a_place_is_told_once_for_all_branches_of_a_union() -> None:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate({"values": {"a": "x"}})
    faults = faults_of(caught.value, {"values": {"a": "x"}})
    assert {each.pointer for each in faults} == {"/values/a"}
