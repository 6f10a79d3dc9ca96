"""Write the locks anew: `requirements/*.txt` from `*.in`, with hashes for every platform and no addresses, and Kafka's jars."""

import subprocess
import sys

from deploy.local.failure import SetupFailed, run_main
from deploy.local.jars import write_lock
from deploy.local.places import CHECKOUT

SETS = ("runtime", "local", "dev")  # each builds on the one before and must agree with it
APART = ("bench",)  # installed in an environment of its own
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet")


def lock_packages(name: str) -> None:
    """Resolve one set; versions that the lock holds already stay unless `--upgrade` is given."""
    folder = CHECKOUT / "requirements"
    before = SETS[: SETS.index(name)] if name in SETS else ()
    smaller = [part for other in before for part in ("--constraints", str(folder / f"{other}.txt"))]
    command = ["uv", "pip", "compile", *OPTIONS, *smaller, *sys.argv[1:], str(folder / f"{name}.in"), "-o", str(folder / f"{name}.txt")]
    try:
        done = subprocess.run(command, cwd=CHECKOUT, check=False)
    except FileNotFoundError as failure:
        raise SetupFailed("`make lock` needs uv, which is not on the PATH: install it, as in `pip install uv`") from failure
    if done.returncode != 0:
        raise SetupFailed(f"requirements/{name}.in could not be resolved; what uv said stands above")


def main() -> int:
    """Write all locks."""
    for name in (*SETS, *APART):
        lock_packages(name)
    write_lock()
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
