"""A fresh machine is set up by one command; whatever is wrong with it is said in one sentence."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.places import CHECKOUT
from tests.deploy.outside_make import outside_make

SETUP_SECONDS_MAX = 100
DiskUsage = namedtuple("DiskUsage", "total used free")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing was set up, and whose locks want one small package."""
    shutil.copytree(CHECKOUT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    (requirements / "local.txt").write_text(f"thidua-probe==1.0 --hash=sha256:{'0' * 64}\n")
    return tmp_path


def set_up(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up as `make setup` does, in an environment that knows no package index of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "HTTP_", "HTTPS_", "NO_PROXY"))}
    command = [sys.executable, "deploy/local/bootstrap.py", "local"]
    variables = {**kept, "PIP_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True, timeout=SETUP_SECONDS_MAX)


def write_wheel(folder: Path) -> None:
    """Write the package that the lock wants, with other content than the lock's checksum says."""
    with zipfile.ZipFile(folder / "thidua_probe-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thidua_probe.py", "")
        wheel.writestr("thidua_probe-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thidua-probe\nVersion: 1.0\n")
        wheel.writestr("thidua_probe-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("thidua_probe-1.0.dist-info/RECORD", "")


def is_one_sentence(result: subprocess.CompletedProcess[str]) -> bool:
    """Decide whether a failure was told in one line and with an exit code that says so."""
    return result.returncode == 1 and len(result.stderr.strip().splitlines()) == 1 and "Traceback" not in result.stdout


def test_an_old_python_is_told_what_is_needed_and_what_it_is() -> None:
    sentence = bootstrap.too_old(3, 8, "python3.12")
    assert sentence.startswith("thidua needs Python 3.11 or newer, this is 3.8:")
    assert "make PYTHON=python3.12 demo" in sentence


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_a_python_that_is_new_enough_is_told_nothing(version: tuple[int, int]) -> None:
    assert bootstrap.too_old(*version, "python3.12") == ""


def test_an_old_python_can_read_the_set_up_and_asks_its_version_before_anything_new_is_run() -> None:
    tree = ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 7))
    check = next(position for position, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = [node for node in tree.body[:check] if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    annotations = {ast.unparse(part) for node in before for part in ast.walk(node) if isinstance(part, ast.Subscript)}
    assert annotations == set()


def test_a_step_of_which_nothing_is_heard_says_all_the_same_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "PROGRESS_SECONDS", 0.05)
    silent = "import time; print('Collecting one', flush=True); time.sleep(1)"
    bootstrap.run([sys.executable, "-c", silent], bootstrap.Step("packages"), 3)
    assert "packages: 1 of at most 3 collected" in capsys.readouterr().out


def test_a_package_that_only_other_platforms_need_does_not_hide_that_all_are_being_installed() -> None:
    lines = ["Collecting one\n", "Collecting two\n"]
    assert bootstrap.how_far(lines, 3) == "2 of at most 3 collected"
    assert bootstrap.how_far([*lines, "Installing collected packages: one, two\n"], 3) == "all collected, installing"


def test_without_a_network_the_first_run_says_that_it_needs_one(checkout: Path) -> None:
    result = set_up(checkout, PIP_INDEX_URL="http://127.0.0.1:1/simple")
    assert is_one_sentence(result), result
    assert "cannot be reached: the first run needs the network" in result.stderr


def test_a_package_that_does_not_match_the_lock_is_not_installed(checkout: Path) -> None:
    write_wheel(checkout)
    result = set_up(checkout, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(checkout))
    assert is_one_sentence(result), result
    assert "does not match its checksum in requirements/local.txt" in result.stderr
    assert not list((checkout / ".venv").rglob("thidua_probe*"))


def test_a_disk_that_fills_up_is_named(checkout: Path) -> None:
    log = checkout / ".local" / "log" / "pip.log"
    log.parent.mkdir(parents=True)
    log.symlink_to("/dev/full")  # every write to it fails as on a full disk
    result = set_up(checkout, PIP_INDEX_URL="http://127.0.0.1:1/simple")
    assert is_one_sentence(result), result
    assert "the disk is full: free some space" in result.stderr


def test_a_checkout_that_cannot_be_written_is_named() -> None:
    sentence = bootstrap.sentence_of(PermissionError(13, "Permission denied", "/checkout/.local"))
    assert sentence.startswith("/checkout/.local cannot be written")


def test_a_disk_with_too_little_room_is_refused_before_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: DiskUsage(10**12, 10**12, 5_000_000))
    with pytest.raises(bootstrap.SetupFailed, match=r"5 MB are free in .* 500 MB are needed"):
        bootstrap.require_space("local")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("The virtual environment was not created successfully because ensurepip is not available.", "comes without venv"),
        ("/usr/bin/python3: No module named venv", "comes without venv"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Error: something else", "could not be made: Error: something else"),
    ],
)
def test_a_python_without_venv_is_told_how_to_get_it(output: str, sentence: str) -> None:
    assert sentence in bootstrap.why_no_environment(output)


def test_what_is_set_up_already_is_not_set_up_again() -> None:
    began = (bootstrap.VENV / ".thidua-dev").stat().st_mtime_ns
    command = ["make", "setup-dev", f"PYTHON={sys.executable}"]
    result = subprocess.run(command, cwd=CHECKOUT, env=outside_make(), capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")
    assert (bootstrap.VENV / ".thidua-dev").stat().st_mtime_ns == began
