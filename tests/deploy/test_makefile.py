"""`make` alone lists every target, one line each, and a target does real work."""

import os
import re
import subprocess
import sys

import pytest

from deploy.local.places import CHECKOUT
from tests.deploy.outside_make import outside_make
from tests.docs.test_guide import NEEDED

MAKEFILE = (CHECKOUT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))


def listed(*arguments: str) -> list[str]:
    """What make prints, line by line."""
    return subprocess.run(
        ["make", *arguments], cwd=CHECKOUT, env=outside_make(), capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_make_alone_is_make_help() -> None:
    assert listed() == listed("help")


def test_help_has_one_line_for_each_target() -> None:
    lines = listed("help")
    assert {line.split()[1] for line in lines} == TARGETS
    assert len(lines) == len(TARGETS)
    assert all(line.startswith("  make ") and len(line) <= 120 for line in lines)


def test_every_target_is_made_whatever_files_are_called() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).split()) == TARGETS


@pytest.mark.parametrize("module", re.findall(r"python -m (deploy\.[\w.]+)", MAKEFILE))
def test_each_module_that_make_runs_is_there(module: str) -> None:
    path = CHECKOUT.joinpath(*module.split("."))
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def test_the_checks_of_a_submission_can_be_read_by_the_shell_and_are_executable() -> None:
    script = CHECKOUT / ".ci" / "run"
    subprocess.run(["bash", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    assert all(re.search(rf"^step {target}( |$)", script.read_text(), re.MULTILINE) for target in ("check", "test", "test-tools"))


def test_each_program_that_a_test_may_lack_is_installed_before_the_tests() -> None:
    loop = re.search(r"^for program in ([^;]+); do", (CHECKOUT / ".ci" / "run").read_text(), re.MULTILINE)
    tests = [path.read_text() for path in (CHECKOUT / "tests").rglob("test_*.py")]
    lacked = {name.lower() for text in tests for name in re.findall(r'pytest\.skip\("needs (\w+)', text)} | set(NEEDED)
    assert loop
    assert lacked >= {"chromium", "kcat"}
    assert lacked - {"bash"} <= set(loop[1].split())  # bash reads the script itself


def test_another_python_can_be_named() -> None:
    commands = listed("-n", "setup", f"PYTHON={sys.executable}")
    assert commands == [f"{sys.executable} deploy/local/bootstrap.py local"]
