"""One run of the demo for all tests that look at what it wrote."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import CHECKOUT

SECONDS_MAX = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRun:
    """What the demo said, how it ended, and where its files are."""

    exit_code: int
    said: str
    output: Path


def run_demo() -> DemoRun:
    """Run the demo in a process of its own, as `make demo` does."""
    command = [sys.executable, "-m", "deploy.local.demo"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    return DemoRun(exit_code=done.returncode, said=done.stdout + done.stderr, output=CHECKOUT / "build" / "demo")
