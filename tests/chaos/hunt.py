"""`make mutants`: breaks the runtime in each known way, on a copy of the tree, and prints which test saw it.

Promise: exits 0 only when every named test is green on the whole tree and red on its mutant.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import CHECKOUT, LOCAL
from tests.chaos.faults import KINDS
from tests.chaos.mutants import MUTANTS, Mutant, mutate

COPIED = ("shared", "services", "deploy", "tests", "plans", "pyproject.toml")
NOT_COPIED = ("__pycache__", ".hypothesis", "node_modules")
SECONDS_MAX = 600
SHAKEN_SECONDS_MAX = 900
SHAKEN_SEED = 3
RED, GREEN, BROKEN_DOWN = 1, 0, 3
JUDGED = "pairs of cause and effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one mutant."""

    mutant: Mutant
    is_red: bool
    seconds: float
    said: str
    asked: str


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Copy what the tests need to a folder of its own; downloads are lent, not copied."""
    with tempfile.TemporaryDirectory(prefix="thidua-mutants-") as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        for name in COPIED:
            if (CHECKOUT / name).is_dir():
                shutil.copytree(CHECKOUT / name, tree / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
            else:
                shutil.copy(CHECKOUT / name, tree / name)
        (tree / LOCAL.name).mkdir()
        (tree / LOCAL.name / "kafka").symlink_to(LOCAL / "kafka")
        yield tree


def run_tests(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests in a tree; give pytest's exit code and the end of what it said."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--timeout=90", *tests]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-15:])


def shake(tree: Path) -> tuple[int, str]:
    """Run a short chaos run in a tree; give its exit code and the end of its table."""
    command = [sys.executable, "-B", "-m", "tests.chaos", "--seed", str(SHAKEN_SEED), "--faults", str(len(KINDS))]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SHAKEN_SECONDS_MAX, check=False)
    # A run that broke down has no table, and has proved nothing.
    code = done.returncode if JUDGED in done.stdout else BROKEN_DOWN
    return code, "\n".join((done.stdout + done.stderr).splitlines()[-15:])


def hunt(tree: Path, mutant: Mutant, *, is_shaken: bool) -> Found:
    """Break the tree, run the one test (or shake the whole stack), mend the tree."""
    began = time.monotonic()
    before = mutate(tree, mutant)
    try:
        code, said = shake(tree) if is_shaken else run_tests(tree, [mutant.test])
    finally:
        for path, text in before.items():
            path.write_text(text, "utf-8")
    return Found(
        mutant=mutant, is_red=code == RED, seconds=time.monotonic() - began, said=said, asked="the checker" if is_shaken else mutant.test
    )


def told(found: Found) -> str:
    """Write one line of the list: what was broken, and the test that was asked."""
    verdict = "red  " if found.is_red else "ALIVE"
    return f"{verdict} {found.seconds:5.1f} s  {found.mutant.name:75} {found.asked.rpartition('::')[2]}"


def main() -> int:
    """Hunt all mutants, or those whose name holds a word."""
    parser = argparse.ArgumentParser(description="Break the runtime in every known way and see that a test notices.")
    parser.add_argument("words", nargs="*", help="only mutants whose name holds one of these words")
    parser.add_argument("--skip-green", action="store_true", help="do not run the tests on the whole tree first")
    parser.add_argument(
        "--shake", action="store_true", help="ask the conservation checker after a short chaos run instead of the named test"
    )
    asked = parser.parse_args()
    wanted = [mutant for mutant in MUTANTS if not asked.words or any(word in mutant.name for word in asked.words)]
    with copied_tree() as tree:
        if not (asked.skip_green or asked.shake):
            code, said = run_tests(tree, sorted({mutant.test for mutant in wanted}))
            if code != GREEN:
                print(f"the tests are not green on the whole tree, so they prove nothing:\n{said}")
                return 2
        alive = 0
        for mutant in wanted:
            found = hunt(tree, mutant, is_shaken=asked.shake)
            alive += not found.is_red
            print(told(found), flush=True)
            if not found.is_red:
                print(found.said, flush=True)
    print(f"{len(wanted) - alive} of {len(wanted)} mutants were seen")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
