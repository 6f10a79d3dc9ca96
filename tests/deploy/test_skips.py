"""A skipped test is counted with its reason, and is a failure where the machine was made to have everything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.places import CHECKOUT

SKIPPING = """
import pytest

def test_passes():
    pass

@pytest.mark.parametrize("number", [1, 2])
def test_needs_something(number):
    pytest.skip("promtool is not installed")
"""


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a test file of its own with the closing summary of this suite."""
    (folder / "test_skipping.py").write_text(SKIPPING)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        str(folder),
    ]
    kept = {name: value for name, value in os.environ.items() if name != "THIDUA_FAIL_ON_SKIP"}
    return subprocess.run(command, cwd=CHECKOUT, env={**kept, **environment}, capture_output=True, text=True)


def test_the_closing_summary_counts_skips_by_reason(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert "= 2 skipped =" in result.stdout
    assert "\n2 × promtool is not installed\n" in result.stdout
    assert result.returncode == pytest.ExitCode.OK


def test_where_nothing_may_be_missing_a_skip_is_a_failure(tmp_path: Path) -> None:
    assert run(tmp_path, THIDUA_FAIL_ON_SKIP="1").returncode == pytest.ExitCode.TESTS_FAILED
