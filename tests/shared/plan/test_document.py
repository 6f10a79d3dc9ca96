"""A plan is read strictly, all faults at once, and known by a hash that only its rules decide."""

import json
import unicodedata
from pathlib import Path

import pytest

from shared.plan.document import PlanInvalid, plan_document, plan_from_document, read_plan
from shared.plan.types import CriterionGroup, Direction, OnAbsent, PointsMeasure, WhenNobody
from tests.shared.plan.small_plans import AGENCIES, HEAD, PERIODS, criterion, small_plan, text_of

PLANS = sorted((Path(__file__).parents[3] / "plans").glob("*.yaml"))
GOOD = text_of(criterion("X", more=", maximum: 10"))


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text)
    return [(problem.code, problem.pointer) for problem in caught.value.problems]


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_of_the_repository_survives_the_way_through_an_event(path: Path) -> None:
    plan = read_plan(path.read_text(encoding="utf-8"))
    carried = json.loads(json.dumps(plan_document(plan)))
    assert plan_from_document(carried) == plan
    assert plan_from_document(carried).content_hash == plan.content_hash


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_text_of_a_plan_is_composed_unicode(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)


def test_the_hash_is_named_by_its_algorithm() -> None:
    plan = small_plan(criterion("X"))
    assert plan.content_hash.startswith("sha256:")
    assert len(plan.content_hash) == len("sha256:") + 64


@pytest.mark.parametrize(
    "same",
    [
        "# a comment\n" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("title_vi: Phong trào nhỏ\ntitle_en: A small movement", 'title_en: "A small  movement"\ntitle_vi: Phong trào nhỏ'),
        GOOD.replace("maximum: 10", "maximum: 10.00"),
        GOOD.replace("maximum: 10", "maximum: 10, direction: higher, value_minimum: 0, when_nobody: missing, unit_vi: ''"),
        GOOD.replace("maximum: 10", "maximum: 10, value_maximum: null"),
        GOOD.replace("measure: points", "measure: {kind: points}"),
        GOOD + "\ntest: false\nillustrative: false\nlegal_basis: []\n",
        unicodedata.normalize("NFD", GOOD),
    ],
    ids=["comment", "line ends", "order of keys", "zeros", "defaults", "null", "long form", "more defaults", "decomposed"],
)
def test_the_hash_does_not_change_with_the_way_of_writing(same: str) -> None:
    assert read_plan(same).content_hash == read_plan(GOOD).content_hash


@pytest.mark.parametrize(
    "other",
    [
        GOOD.replace("maximum: 10", "maximum: 10.5"),
        GOOD.replace("version: 1", "version: 2"),
        GOOD.replace("on_missing: zero", "on_missing: block"),
        GOOD.replace("grace_days: 2", "grace_days: 3"),
        GOOD.replace("name_en: Unit D", "name_en: Unit E"),
        GOOD + "\ntest: true\n",
    ],
)
def test_the_hash_changes_with_any_rule(other: str) -> None:
    assert read_plan(other).content_hash != read_plan(GOOD).content_hash


def test_rules_shared_by_every_criterion_reach_every_depth_and_give_way_to_its_own() -> None:
    text = (
        HEAD
        + """
every_criterion: {measure: points, on_missing: block, on_not_applicable: block, when_nobody: not-measured}
criteria:
  - code: G
    name_vi: Nhóm
    name_en: Group
    members:
      - {code: X, name_vi: x, name_en: x}
      - {code: Y, name_vi: y, name_en: y, on_missing: zero}
"""
        + PERIODS
        + AGENCIES
    )
    plan = read_plan(text)
    first, second = plan.leaves
    assert isinstance(plan.criteria[0], CriterionGroup)
    assert (first.measure, first.on_missing, first.when_nobody) == (PointsMeasure(), OnAbsent.BLOCK, WhenNobody.NOT_MEASURED)
    assert second.on_missing is OnAbsent.ZERO
    assert second.direction is Direction.HIGHER


def test_without_clusters_all_agencies_are_in_one() -> None:
    plan = small_plan(criterion("X"))
    assert [(cluster.code, cluster.members) for cluster in plan.clusters] == [("all", ("a", "b", "c", "d"))]


def test_a_code_keeps_its_leading_zero_and_a_year_is_a_code() -> None:
    text = GOOD.replace("code: d, name_vi", "code: 0123, name_vi").replace("code: H1", "code: 2023")
    plan = read_plan(text)
    assert plan.agencies[3].code == "0123"
    assert plan.periods[0].code == "2023"


def test_all_faults_are_named_at_once_with_line_and_column() -> None:
    text = GOOD.replace("maximum: 10", "maximum: 10, mesure: boolean").replace("due: 2023-07-10", "due: 2023-02-30")
    grade = "name_vi: g, name_en: g"
    grades = f"grades: [{{code: g, {grade}, at_least: 1}}, {{code: h, {grade}, at_least: 2}}]"
    text = text.replace("code: b, ", "code: a, ") + grades
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text)
    found = {problem.code: problem for problem in caught.value.problems}
    assert {"key-unknown", "wrong-type", "code-repeated", "grades-unordered"} <= set(found)
    line = text.split("\n")[found["key-unknown"].line - 1]
    assert line[found["key-unknown"].column - 1 :].startswith("mesure")
    assert "measure" in found["key-unknown"].sentence_en
    assert all(problem.sentence_vi and problem.sentence_en for problem in found.values())
    assert "key-unknown" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        ("", "plan-empty", ""),
        ("null", "plan-empty", ""),
        (GOOD.replace("due: 2023-07-10", "due: 9999-12-31"), "day-out-of-range", "/periods/0/due"),
        (GOOD.replace("title_en: A small movement", 'title_en: "A\\0"'), "text-invalid", "/title_en"),
        (GOOD.replace("title_en: A small movement", 'title_en: "A\\ud800"'), "text-invalid", "/title_en"),
        (GOOD + '"\\ud800": 1\n', "text-invalid", ""),
        ("a: [1", "yaml-malformed", ""),
        ("\x00", "yaml-malformed", ""),
        ("- a\n- b", "wrong-type", ""),
        (GOOD + "version: 2\n", "key-duplicate", "/version"),
        (GOOD.replace("title_en: A small movement", "title_en: &x A\nnotice_en: *x"), "yaml-alias", "/notice_en"),
        (GOOD.replace("title_en: A small movement", "title_en: !!binary aGk="), "yaml-tag", "/title_en"),
        ("[" * 5000, "plan-too-deep", ""),
        ("a: " + "[" * 100 + "]" * 100, "plan-too-deep", "/a" + "/0" * 60),
        ("a" * 2_000_001, "plan-too-large", ""),
    ],
    ids=[
        "empty",
        "null",
        "day",
        "null character",
        "surrogate",
        "surrogate key",
        "syntax",
        "control",
        "list",
        "duplicate",
        "alias",
        "tag",
        "very deep",
        "deep",
        "large",
    ],
)
def test_a_document_that_is_no_plan_is_refused_with_its_place(text: str, code: str, pointer: str) -> None:
    assert (code, pointer) in problems_of(text)


def test_a_yaml_fault_has_line_and_column_from_one() -> None:
    with pytest.raises(PlanInvalid) as caught:
        read_plan("movement: a\ntitle_vi: [\n")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (3, 1)


@pytest.mark.parametrize("text", ["", "# nothing but a comment", "null"])
def test_an_empty_plan_is_refused_at_its_first_line(text: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text)
    assert [(problem.code, problem.line, problem.column) for problem in caught.value.problems] == [("plan-empty", 1, 1)]


def test_a_plan_without_agencies_is_not_told_of_a_cluster_that_it_never_wrote() -> None:
    found = problems_of("movement: x")
    assert ("key-absent", "") in found
    assert "list-length" not in {code for code, _ in found}


def test_a_number_that_has_to_be_above_zero_is_never_said_to_go_down_to_the_least_there_is() -> None:
    selection = "{kind: share, percent: 101, rounding: up, ties: include}"
    award = "{code: w, form_vi: w, form_en: w, decided_by_vi: w, decided_by_en: w, selection: " + selection + "}"
    with pytest.raises(PlanInvalid) as caught:
        read_plan(GOOD + f"awards: [{award}]")
    [problem] = [one for one in caught.value.problems if one.pointer.endswith("percent")]
    assert problem.sentence_en == "The number must be from 0 to 100."


def test_a_broken_rule_that_may_follow_from_a_fault_beside_it_is_not_named() -> None:
    assert [code for code, _ in problems_of(text_of(criterion("X", "boolean", ", maximum: ten")))] == ["wrong-type"]


def test_naming_a_part_that_could_not_be_read_is_no_further_fault() -> None:
    text = GOOD.replace("name_en: Unit D", "name_eng: Unit D") + "clusters: [{code: k, name_vi: k, name_en: k, members: [a, b, c, d]}]"
    assert {code for code, _ in problems_of(text)} == {"key-absent", "key-unknown"}


def test_a_document_from_an_event_names_its_faults_without_line() -> None:
    document = plan_document(read_plan(GOOD)) | {"version": 0}
    with pytest.raises(PlanInvalid) as caught:
        plan_from_document(document)
    (problem,) = caught.value.problems
    assert (problem.line, problem.pointer) == (0, "/version")
