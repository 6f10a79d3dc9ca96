"""A result carries all that it follows from: computed again it is the same, and what was altered in it is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.services.scoring.offline.test_compute import DATA, HA_NAM, PAPI, compute, run, written
from tests.shared.plan.small_plans import PERIODS, criterion, text_of

LEADER = criterion("works", "{kind: leader-scaled, target: 10}", ", maximum: 40") + criterion(
    "thrift", "{kind: points, cap: 5}", ", maximum: 5", missing="exclude"
)
CLUSTER = "clusters:\n  - {code: all, name_vi: Cụm, name_en: Cluster, members: [a, b, c, d]}\n"
ADJUSTED = "adjustments: {late: {points_per_day: 1, maximum: 5}}\n"
VALUES = "agency,works,thrift\na,15,2\nb,20,\nc,5,3\n"

Alter = Callable[[dict[str, Any]], object]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The result of a small leader-scaled cluster, with a unit that sent nothing, three days late."""
    plan = written(tmp_path, text_of(LEADER, more=CLUSTER + ADJUSTED, periods=PERIODS), "plan.yaml")
    path = tmp_path / "result.json"
    done = compute(plan, written(tmp_path, VALUES), "--at", "2023-07-15", "--json", str(path))
    assert done.exit_code == 0, done.stderr
    return path


def verified(path: Path, *more: str | Path) -> Result:
    return run("verify", path, *more)


def altered(path: Path, alter: Alter) -> Path:
    result = json.loads(path.read_text(encoding="utf-8"))
    alter(result)
    path.write_text(json.dumps(result), encoding="utf-8")
    return path


def first_of(result: dict[str, Any]) -> dict[str, Any]:
    score: dict[str, Any] = result["clusters"][0]["scores"][0]
    return score


def test_what_was_computed_is_the_same_when_computed_again(kept: Path) -> None:
    done = verified(kept)
    assert (done.exit_code, done.stdout) == (0, "same\n")
    assert verified(kept, "--plan", kept.parent / "plan.yaml").stdout == "same\n"


def test_published_figures_are_the_same_when_computed_again(tmp_path: Path) -> None:
    compute(PAPI, DATA / "2018.csv", "--json", str(tmp_path / "result.json"))
    assert verified(tmp_path / "result.json").stdout == "same\n"


def test_another_plan_is_named_by_its_hash(kept: Path) -> None:
    done = verified(kept, "--plan", HA_NAM)
    assert (done.exit_code, done.stdout.startswith("plan_hash: kept")) == (1, True)


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (lambda result: first_of(result)["explanation"].update(total="99.00"), "explanation/total: kept"),
        (lambda result: first_of(result)["explanation"]["parts"][0].update(sentence_vi="Khác."), "explanation/parts/0/sentence_vi"),
        (lambda result: first_of(result)["explanation"]["parts"].pop(), "explanation/parts: kept"),
        (lambda result: first_of(result)["explanation"].pop("grade"), "explanation/grade: kept nothing, computed null"),
        (lambda result: first_of(result)["explanation"].update(more=1), "explanation/more: kept 1, computed nothing"),
        (lambda result: first_of(result).update(content_hash="0"), "content_hash"),
        (lambda result: first_of(result).update(rank=2), "rank: kept 2, computed 1"),
        (lambda result: first_of(result)["inputs"]["report"]["values"].update(works="19"), "explanation/parts/0"),
        (lambda result: first_of(result)["inputs"]["report"].update(submitted_at="2023-07-14T17:00:01+00:00"), "explanation/submitted_at"),
        (lambda result: first_of(result)["inputs"].update(grace_days=20), "explanation/"),
        (lambda result: result["clusters"][0]["scores"].pop(), "clusters/all/members"),
        (lambda result: result.update(period="H2"), "period"),
        (lambda result: first_of(result)["inputs"].update(period="H9"), 'period: kept "H9", computed "H1"'),
        (lambda result: result["clusters"][0].update(cluster="elsewhere"), "clusters/elsewhere/members"),
        (lambda result: result.update(plan_hash="sha256:0"), "plan_hash"),
        (lambda result: result["plan"].update(title_en="Another"), "plan_hash"),
    ],
)
def test_what_was_altered_is_named(kept: Path, alter: Alter, place: str) -> None:
    done = verified(altered(kept, alter))
    assert done.exit_code == 1
    assert place in done.stdout, done.stdout + done.stderr


def test_a_leader_that_no_report_of_the_cluster_bears_out_is_named(kept: Path) -> None:
    """Every score may follow from its own inputs and still stand on a leader that the cluster does not have."""

    def lead_alone(result: dict[str, Any]) -> None:
        for one in result["clusters"][0]["scores"]:
            one["inputs"]["cluster"]["leaders"] = {}

    done = verified(altered(kept, lead_alone))
    assert (done.exit_code, "explanation/parts/0" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    "alter",
    [
        lambda result: result.pop("clusters"),
        lambda result: first_of(result).pop("inputs"),
        lambda result: first_of(result).update(inputs=[]),
        lambda result: first_of(result)["inputs"].update(due="yesterday"),
        lambda result: result["plan"].update(total_places="four"),
        lambda result: result["clusters"].append(1),
        lambda result: (first_of(result)["inputs"].update(period="H9"), result.update(period="H9")),
    ],
)
def test_what_cannot_be_computed_again_says_so(kept: Path, alter: Alter) -> None:
    done = verified(altered(kept, alter))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "cannot be verified" in done.stderr


def test_a_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    for text in ("", "{", "[]", "[" * 100_000):
        done = verified(written(tmp_path, text, "result.json"))
        assert (done.exit_code, "cannot be verified" in done.stderr) == (1, True), text[:10]


def test_a_result_without_its_plan_asks_for_it(kept: Path) -> None:
    done = verified(altered(kept, lambda result: result.pop("plan")))
    assert (done.exit_code, "--plan" in done.stderr) == (2, True)
