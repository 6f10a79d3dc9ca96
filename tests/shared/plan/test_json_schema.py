"""The published JSON Schema is the one that is made from the shapes; it takes every plan of ours and refuses what the reader refuses."""

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shared.plan.json_schema import plan_schema, printed
from shared.plan.meanings import MEANINGS
from tests.shared.plan.small_plans import criterion, text_of

CHECKOUT = Path(__file__).resolve().parents[3]
PLANS = sorted((CHECKOUT / "plans").glob("*.yaml"))
PUBLISHED = CHECKOUT / "docs/plan.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(plan_schema())


class TextDays(yaml.SafeLoader):
    """YAML as an editor sees it: a day is text."""


TextDays.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: node.value)


def read(text: str) -> Any:
    return yaml.load(text, Loader=TextDays)  # noqa: S506 - a safe loader


def test_the_published_schema_is_the_one_that_is_made() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == printed(), "run `make documents`"


def test_the_schema_is_itself_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_of_ours_fits_and_leads_an_editor_to_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    VALIDATOR.validate(read(text))
    first = text.partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == PUBLISHED


GOOD = read(text_of(criterion("X", more=", maximum: 10")))


def changed(*place: str | int, to: object) -> Any:
    document = copy.deepcopy(GOOD)
    owner = document
    for part in place[:-1]:
        owner = owner[part]
    owner[place[-1]] = to
    return document


@pytest.mark.parametrize(
    ("place", "to", "fits"),
    [
        (("version",), 2, True),
        (("version",), 0, False),
        (("vesion",), 1, False),
        (("movement",), "a/b", False),
        (("movement",), 2023, True),
        (("effective_from",), "2023-1-1", False),
        (("criteria", 0, "measure"), "boolean", True),
        (("criteria", 0, "measure"), "ratio", False),
        (("criteria", 0, "measure"), {"kind": "ratio", "target": 0, "denominator_vi": "m", "denominator_en": "d"}, False),
        (("criteria", 0, "measure"), {"kind": "ratio", "target": 1, "denominator_vi": "m", "denominator_en": "d"}, True),
        (("criteria", 0, "on_missing"), "skip", False),
        (("criteria", 0, "maximum"), 0, False),
        (("criteria", 0, "maximum"), "10.5", True),
        (("criteria", 0), {"code": "G", "name_vi": "g", "name_en": "g", "members": [GOOD["criteria"][0]]}, True),
        (("criteria", 0), {"code": "G", "name_vi": "g", "name_en": "g", "members": []}, False),
        (("criteria",), [], False),
        (("holidays",), [{"from": "2024-02-08", "to": "2024-02-14", "name_vi": "Tết", "name_en": "New Year"}], True),
        (("holidays",), [{"from_date": "2024-02-08", "to": "2024-02-14", "name_vi": "Tết", "name_en": "New Year"}], False),
        (("every_criterion",), {"on_missing": "zero"}, True),
        (("every_criterion",), {"on_mising": "zero"}, False),
    ],
)
def test_an_editor_sees_what_may_stand_where(place: tuple[str | int, ...], to: object, fits: bool) -> None:
    VALIDATOR.validate(GOOD)
    assert VALIDATOR.is_valid(changed(*place, to=to)) is fits


def test_every_key_says_what_it_means_in_both_languages() -> None:
    for kind, meanings in MEANINGS.items():
        for key, said in meanings.items():
            assert said.count(" / ") == 1, f"{kind}.{key}: {said}"
