"""`python -m tests.oracle.mutation`: breaks the rules of scoring in every small way, on a copy of the tree, and counts what no test saw.

Promise: exits 0 only where nine of ten mutants are killed by the tests of the domain alone. The copy is removed; the tree is never touched.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.hunt import copied_tree

DOMAIN = "services/scoring/domain"
TESTS = ("tests/services/scoring/domain",)
OPTIONS = (
    *("--noconftest", "-p", "no:cacheprovider", "--import-mode=importlib", "-o", "pythonpath=.", "-q", "-m", "not proof"),
    *("-p", "tests.oracle.forgetting"),
)
KILLED_SHARE_MIN = 0.9
SURVIVED, UNTESTED = 0, 33  # as mutmut writes them down; all else killed the mutant
NICENESS = 19
SETTINGS = f"""
[tool.mutmut]
source_paths = ["{DOMAIN}"]
also_copy = ["shared", "services", "deploy", "tests", "plans"]
pytest_add_cli_args = {json.dumps(OPTIONS)}
pytest_add_cli_args_test_selection = {json.dumps(TESTS)}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of the mutants."""

    killed: int
    alive: tuple[str, ...]

    @property
    def killed_share(self) -> float:
        """Of all that were tried."""
        return self.killed / max(1, self.killed + len(self.alive))


def run_mutants(tree: Path, names: list[str]) -> Tried:
    """Let mutmut try the mutants of a tree, or only those of these names."""
    (tree / "pyproject.toml").write_text(SETTINGS, "utf-8")
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=tree, check=False, preexec_fn=be_nice)
    found = dict(judged(tree))
    return Tried(
        killed=sum(1 for code in found.values() if code not in {SURVIVED, UNTESTED}),
        alive=tuple(sorted(name for name, code in found.items() if code in {SURVIVED, UNTESTED})),
    )


def be_nice() -> None:
    """Leave the machine to others."""
    os.nice(NICENESS)


def judged(tree: Path) -> Iterator[tuple[str, int]]:
    """Each mutant that was tried, and mutmut's code for what became of it."""
    for path in sorted((tree / "mutants" / DOMAIN).glob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        yield from ((name, code) for name, code in codes.items() if code is not None)


def told(tree: Path, name: str) -> str:
    """The change that no test saw."""
    done = subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=tree, capture_output=True, text=True, check=False)
    changed = [line for line in done.stdout.splitlines() if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}]
    return "\n".join([name, *(f"    {line}" for line in changed)])


def main() -> int:
    """Try all, or a part, and list what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="patterns of mutants, as mutmut names them: '*measures*', or '*mutmut_*7' for one in ten")
    asked = parser.parse_args()
    with copied_tree() as tree:
        found = run_mutants(tree, asked.names)
        for name in found.alive:
            print(told(tree, name))
    print(f"{found.killed} of {found.killed + len(found.alive)} mutants were killed: {found.killed_share:.1%}")
    return 0 if found.killed_share >= KILLED_SHARE_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
