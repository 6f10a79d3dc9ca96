"""A plan in plain words, two plans beside each other, and what a check says: held against golden pages, which one can read and judge.

Written anew with `THIDUA_GOLDEN=write`; the difference is then read like any other change.
"""

import os
from pathlib import Path

import pytest

from services.scoring.offline.diff import rule_lines
from services.scoring.offline.explain import Language, plan_items
from shared.plan.document import PlanInvalid, plan_document, plan_from_document, read_plan
from shared.plan.types import Plan
from tests.services.scoring.offline.test_compute import ROOT, run, written
from tests.shared.plan.small_plans import criterion, text_of

GOLDEN = Path(__file__).parent / "golden"
PLANS = sorted((ROOT / "plans").glob("*.yaml"))
HA_NAM = ROOT / "plans/ha-nam-315.yaml"
SHEET = ROOT / "plans/tinh-950-50.yaml"
VALUES = ROOT / "deploy/local/data/ha-nam/illustrative-values-2023-h1.csv"


def held(name: str, said: str) -> None:
    """What is said equals the golden page."""
    page = GOLDEN / name
    if os.environ.get("THIDUA_GOLDEN") == "write":
        page.write_text(said, encoding="utf-8")
    assert said == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", list(Language))
def test_a_plan_is_told_in_plain_words_in_the_language_asked_for(language: Language) -> None:
    result = run("explain", SHEET, "--lang", language.value)
    assert result.exit_code == 0
    held(f"explain-{language.value}.txt", result.stdout)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_of_ours_can_be_told_in_both_languages(path: Path) -> None:
    result = run("explain", path)
    assert result.exit_code == 0
    assert "None" not in result.stdout
    assert all(sentence.vi and sentence.en for item in plan_items(read_plan(path.read_text())) for sentence in (item.title, *item.lines))


def changed_plan(folder: Path) -> Path:
    """Ha Nam's plan with a stricter vote, another limit, one rule more and one less."""
    text = HA_NAM.read_text(encoding="utf-8")
    for old, new in (
        ("version: 1", "version: 2"),
        ("vote: {percent: 80", "vote: {percent: 90"),
        ("points_each: 15}", "points_each: 12}"),
        ("  late: {points_per_day: 1, maximum: 5}\n", ""),
        ("total_minimum: 0", "total_minimum: 0\n  total_maximum: 100"),
        ("kind: share, percent: 50, rounding: down", "kind: share, percent: 50, rounding: up"),
    ):
        assert old in text
        text = text.replace(old, new)
    return written(folder, text, "new.yaml")


def test_what_a_new_plan_changes_is_told_rule_by_rule_and_on_values_unit_by_unit(tmp_path: Path) -> None:
    result = run("diff", HA_NAM, changed_plan(tmp_path), "--values", VALUES)
    assert result.exit_code == 0
    held("diff.txt", result.stdout)


def test_the_same_rules_written_otherwise_are_no_difference(tmp_path: Path) -> None:
    other = written(tmp_path, "# another comment\n" + HA_NAM.read_text(encoding="utf-8"), "same.yaml")
    assert run("diff", HA_NAM, other, "--lang", "en").stdout == "The two plans have the same rules.\n"


GOOD = text_of(criterion("X", more=", maximum: 10"))


def said_of(old: str, new: str) -> list[str]:
    return list(rule_lines(read_plan(old), read_plan(new), Language.EN))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("movement: small", "movement: other", "! The two plans are of different movements."),
        ("maximum: 10", "maximum: 9", "! Rules changed, so `version` has to be raised."),
        ("code: H1", "code: H2", "! periods: H1 left out; what was used has to stay."),
        ("code: d,", "code: e,", "! agencies: d left out; what was used has to stay."),
        ("aliases: [Alpha]", "aliases: [Beta]", "~ Other details changed under: agencies"),
        ("aliases: [Alpha]", "gso_code: '1'", "~ Other details changed under: agencies"),
    ],
)
def test_what_forbids_a_new_plan_and_what_no_sentence_shows_is_named(old: str, new: str, said: str) -> None:
    assert said in said_of(GOOD, GOOD.replace(old, new))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_whatever_is_left_out_of_a_plan_is_a_difference_that_is_told(path: Path) -> None:
    plan = read_plan(path.read_text(encoding="utf-8"))
    document = plan_document(plan)
    told = {key: difference_without(plan, key) for key in document}
    assert [key for key, lines in told.items() if lines == []] == []
    assert len([lines for lines in told.values() if lines]) >= 3


def difference_without(plan: Plan, key: str) -> list[str] | None:
    """What is told of the plan without one of its keys; none where it would be no plan."""
    try:
        fewer = plan_from_document({name: value for name, value in plan_document(plan).items() if name != key})
    except PlanInvalid:
        return None
    return [line for line in rule_lines(plan, fewer, Language.EN) if line[0] in "-~" or fewer.content_hash == plan.content_hash]


def test_a_check_names_every_fault_at_once_with_its_place_and_fails_with_1(tmp_path: Path) -> None:
    text = GOOD.replace("version: 1", "version: 0").replace("on_missing: zero, ", "") + "criteria_maximum: 11\nholydays: []\n"
    result = run("check", written(tmp_path, text, "plan.yaml"))
    assert result.exit_code == 1
    held("check.txt", result.stderr.replace(str(tmp_path), ""))


@pytest.mark.parametrize(
    "arguments", [["explain"], ["explain", "nowhere.yaml"], ["explain", str(SHEET), "--lang", "fr"], ["diff", str(SHEET)]]
)
def test_a_command_that_is_used_wrongly_fails_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_plan_that_is_not_sound_can_neither_be_told_nor_laid_beside_another(tmp_path: Path) -> None:
    bad = written(tmp_path, GOOD.replace("version: 1", "version: 0"), "bad.yaml")
    assert [run("explain", bad).exit_code, run("diff", SHEET, bad).exit_code, run("diff", bad, SHEET).exit_code] == [1, 1, 1]
