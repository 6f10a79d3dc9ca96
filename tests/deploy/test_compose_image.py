"""The image is small, runs as nobody in particular, holds what a service needs and nothing that it does not."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.compose import CHECKOUT, SERVICES, containers

COMMAND_SECONDS_MAX = 60
DOCKERFILE = (CHECKOUT / "deploy/Dockerfile").read_text(encoding="utf-8")
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
COPIED = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)


def let_in(path: str, rules: list[str]) -> bool:
    """Whether .dockerignore lets a path into the build; the last rule that fits decides."""
    inside = True
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        if path == pattern or path.startswith(f"{pattern}/") or fnmatch.fnmatch(path.split("/", maxsplit=1)[0], pattern):
            inside = rule.startswith("!")
    return inside


def ignore_rules() -> list[str]:
    """The rules of .dockerignore."""
    lines = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def test_it_is_built_in_stages_from_the_hashed_lock() -> None:
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    assert "--require-hashes" in DOCKERFILE.removesuffix(LAST_STAGE)
    assert "pip " not in LAST_STAGE


def test_it_runs_as_a_numbered_user_that_is_not_root() -> None:
    users = re.findall(r"^USER (\S+)$", LAST_STAGE, re.MULTILINE)
    assert users
    assert int(users[-1]) > 0


def test_its_health_check_is_that_of_the_compose_file() -> None:
    test = containers()["reporting"].raw["healthcheck"]["test"]
    assert f'"{test[-1]}"' in LAST_STAGE


@pytest.mark.parametrize("path", COPIED)
def test_what_it_copies_exists_and_is_let_in(path: str) -> None:
    assert (CHECKOUT / path).exists()
    assert let_in(path, ignore_rules())


@pytest.mark.parametrize(
    "path", [".env", ".git/config", ".venv/bin/python", "tests/conftest.py", "deploy/local/kafka.py", "docker-compose.yml"]
)
def test_secrets_tests_and_downloads_stay_out(path: str) -> None:
    assert not let_in(path, ignore_rules())


@pytest.fixture(scope="module")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the image would hold, and no others."""
    folder = tmp_path_factory.mktemp("image")
    for name in COPIED:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)
    return folder


@pytest.mark.parametrize("module", [*(f"services.{service}" for service in SERVICES), "deploy.kafka.create_topics"])
def test_what_it_holds_is_enough_to_start_each_command(image_folder: Path, module: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=image_folder, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False
    )
    assert result.returncode == 0, result.stderr
