"""The environment of the competitors that can not live in ours: quixstreams wants older libraries. Made once, from a hashed lock."""

import subprocess
import sys
import venv

from deploy.local.bootstrap import fingerprint, lock_file
from deploy.local.failure import SetupFailed
from deploy.local.places import LOCAL

FOLDER = LOCAL / "bench"
QUIX_PYTHON = FOLDER / "bin" / "python"
STAMP = FOLDER / ".thidua-bench"
LOCK = "bench"
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes", "--no-input", "--no-user")


def is_prepared() -> bool:
    """Tell whether the environment is there and made of the lock as it is now."""
    return STAMP.exists() and STAMP.read_text() == fingerprint(LOCK)


def prepare() -> None:
    """Make the environment where it is not there; raises SetupFailed."""
    if is_prepared():
        return
    print("Setting up the environment of quixstreams (once; it needs the network)", flush=True)
    venv.create(FOLDER, clear=True, with_pip=True)
    command = [str(QUIX_PYTHON), *PIP, "--cache-dir", str(LOCAL / "pip"), "-r", str(lock_file(LOCK))]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise SetupFailed(f"requirements/{LOCK}.txt can not be installed for {sys.executable}: {said}")
    STAMP.write_text(fingerprint(LOCK))
