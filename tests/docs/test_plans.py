"""The guide to writing a plan can be followed: its plan is sound, its commands say what it shows, and every key of a plan is in a table."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.scoring.offline import mount
from shared.plan.meanings import MEANINGS
from tests.docs.pages import CHECKOUT, blocks, page, tables

GUIDE = page("docs/plans.md")
CELLS = {span for table in tables(GUIDE) for row in table for cell in row for span in re.findall(r"`([^`]+)`", cell)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a reader has saved the files of the walk-through."""
    [plan], [values] = blocks(GUIDE, "yaml"), blocks(GUIDE, "csv")
    (tmp_path / "my-plan.yaml").write_text(plan, encoding="utf-8")
    (tmp_path / "new-plan.yaml").write_text(plan.replace("target: 90", "target: 80").replace("version: 1", "version: 2"), encoding="utf-8")
    (tmp_path / "2025.csv").write_text(values, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said_by(command: str) -> str:
    """Run a command of the page, and return all that it says."""
    commands = typer.Typer()
    mount(commands)
    result = CliRunner().invoke(commands, command.strip().removeprefix("python -m services.scoring ").split())
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.usefixtures("folder")
def test_every_command_of_the_walk_through_does_its_work() -> None:
    commands = blocks(GUIDE, "bash")
    assert len(commands) == 4
    assert all(said_by(command) for command in commands)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("number", "shown"), [(1, 1), (3, 2)])
def test_a_command_says_what_the_page_shows(number: int, shown: int) -> None:
    assert blocks(GUIDE, "text")[shown] in said_by(blocks(GUIDE, "bash")[number])


def test_the_fault_that_the_page_shows_is_the_one_that_is_named(folder: Path) -> None:
    plan = (folder / "my-plan.yaml").read_text(encoding="utf-8")
    (folder / "my-plan.yaml").write_text(plan.replace("criteria_maximum: 100", "criteria_maximum: 90"), encoding="utf-8")
    commands = typer.Typer()
    mount(commands)
    result = CliRunner().invoke(commands, ["check", "./my-plan.yaml"])
    assert result.exit_code == 1
    place, _, said = blocks(GUIDE, "text")[0].strip().partition(": /")
    assert result.stderr.startswith(f"{place}: /{said}")


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in MEANINGS.items() for key in keys])
def test_every_key_of_a_plan_is_in_a_table_of_the_guide(kind: str, key: str) -> None:
    assert key in CELLS or any(re.search(rf"\b{key}:", cell) for cell in CELLS), f"{kind}: {key}"


def test_the_guide_names_every_plan_of_the_repository() -> None:
    assert {f"plans/{path.name}" for path in (CHECKOUT / "plans").glob("*.yaml")} <= CELLS
