"""A draft takes what is readable and names everything that is not."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.drafts import VALUES_MAX, read_draft
from shared.plan.values import MISSING, NOT_APPLICABLE, Given
from tests.services.reporting.domain.letters import data, draft

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=10,
)
FIELD = st.sampled_from(["movement", "period", "agency", "version", "values", "self_scores", "reference", "other"])


def places(found: Any) -> set[tuple[str, str]]:
    """Code and place of each problem."""
    return {(problem.code, problem.pointer) for problem in found.problems}


def test_given_missing_and_not_applicable_stay_three_things() -> None:
    values = dict(draft(values={"a": Decimal(0), "b": None, "c": "n/a"}).values)
    assert values == {"a": Given(Decimal(0)), "b": MISSING, "c": NOT_APPLICABLE}


def test_every_field_that_is_missing_is_named() -> None:
    assert places(read_draft({})) == {("field-missing", f"/{field}") for field in ("movement", "period", "agency", "version", "values")}


@pytest.mark.parametrize("version", [True, "1", None, Decimal("1.5"), [1]])
def test_a_version_is_a_whole_number(version: object) -> None:
    assert places(draft(version=version)) == {("field-wrong-type", "/version")}


@pytest.mark.parametrize(("version", "right"), [(0, False), (1, True), (1_000_000, True), (1_000_001, False), (-1, False)])
def test_a_version_lies_within_its_bounds(version: int, right: bool) -> None:
    assert (draft(version=version).version == version) is right


@pytest.mark.parametrize(("length", "right"), [(1, True), (200, True), (201, False)])
def test_a_code_has_at_most_200_characters(length: int, right: bool) -> None:
    assert (draft(agency="a" * length).agency is not None) is right


def test_self_scores_are_numbers_or_nothing() -> None:
    found = draft(self_scores={"a": 1, "b": None, "c": "n/a", "d": "1"})
    assert found.self_scores == (("a", Decimal(1)),)
    assert places(found) == {("value-not-a-number", "/self_scores/c"), ("value-is-text", "/self_scores/d")}


def test_more_values_than_any_plan_has_are_refused_as_a_whole() -> None:
    assert places(draft(values={f"c{number}": 1 for number in range(VALUES_MAX + 1)})) == {("list-too-long", "/values")}


def test_a_slash_in_a_criterion_does_not_mislead_its_pointer() -> None:
    assert places(draft(values={"a/b~c": "1"})) == {("value-is-text", "/values/a~1b~0c")}


@given(JSON)
def test_whatever_json_it_is_reading_does_not_raise(tree: Any) -> None:
    found = read_draft(tree)
    assert found.problems or isinstance(tree, dict)


@given(st.dictionaries(FIELD, JSON, max_size=8))
def test_a_draft_without_problems_lacks_nothing(changes: dict[str, Any]) -> None:
    found = read_draft({**data(), **changes})
    whole = None not in (found.movement, found.period, found.agency, found.version)
    assert whole or found.problems
