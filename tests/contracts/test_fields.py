"""Every field of every fact says what it means, shows an example that holds, and names no person."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from shared.events import Fact
from tests.contracts.documents import FACTS

PERSONAL = re.compile(
    r"person|full_?name|first_?name|last_?name|surname|given_?name|e_?mail|phone|mobile|birth|gender|passport|cccd|cmnd"
    r"|citizen|id_?card|address|signature|photo|ho_?ten|ngay_?sinh|dia_?chi|dien_?thoai|content$|attachment|document$"
)


def models_under(annotation: Any) -> Iterator[type[Fact]]:
    """Yield the facts that a type is made of, also inside lists and alternatives."""
    if isinstance(annotation, type) and issubclass(annotation, Fact):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_under(field.annotation)
    for part in get_args(annotation):
        yield from models_under(part)


FIELDS = sorted(
    {(f"{model.__name__}.{name}", model, name) for fact in FACTS.values() for model in models_under(fact) for name in model.model_fields},
    key=lambda entry: entry[0],
)


def field_of(model: type[Fact], name: str) -> FieldInfo:
    return model.model_fields[name]


@pytest.mark.parametrize(("model", "name"), [entry[1:] for entry in FIELDS], ids=[entry[0] for entry in FIELDS])
def test_a_field_says_what_it_means_and_shows_an_example_that_holds(model: type[Fact], name: str) -> None:
    field = field_of(model, name)
    assert field.description
    assert field.examples
    checked: TypeAdapter[object] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type] # made at run time
    for example in field.examples:
        checked.validate_python(example)


@pytest.mark.parametrize("model", sorted({entry[1] for entry in FIELDS}, key=str))
def test_a_fact_says_in_one_line_what_it_states(model: type[Fact]) -> None:
    assert model.__doc__ or model.__name__.startswith("_")


def test_no_field_smells_of_personal_data_or_of_a_dossier() -> None:
    assert [label for label, _, name in FIELDS if PERSONAL.search(name)] == []


@pytest.mark.parametrize("name", ["email", "head_full_name", "ngay_sinh", "dossier_content", "phone_number"])
def test_the_nose_for_personal_data_works(name: str) -> None:
    assert PERSONAL.search(name)
