"""Make the checkout's virtual environment from a hashed lock, with any Python of 3.11 or newer and nothing else.

Promise: standard library only; an old Python can read this file and says one sentence; the second time nothing is downloaded.
Run as `python3 deploy/local/bootstrap.py local` (what the demo needs) or `… dev` (tests and checks besides).
"""

import fcntl
import hashlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON_MIN = (3, 11)
PYTHON_MINORS_KNOWN = range(14, 10, -1)


def too_old(major: int, minor: int, newer: str) -> str:
    """Say that this Python is too old, and name another one to use; empty when it is not."""
    if (major, minor) >= PYTHON_MIN:
        return ""
    return (
        f"thidua needs Python 3.11 or newer, this is {major}.{minor}: name a newer one, as in `make PYTHON={newer} demo`, "
        "or install it first"
    )


def newer_python() -> str:
    """Name a newer Python on the PATH that really runs, or say where a name would go."""
    for name in [f"python3.{minor}" for minor in PYTHON_MINORS_KNOWN]:
        if shutil.which(name) and subprocess.call([name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return name
    return "/path/to/python3.11"


# All below may use what only a new Python can run, but it must still be text that an old one can read.
if tuple(sys.version_info[:2]) < PYTHON_MIN:
    sys.exit(too_old(sys.version_info[0], sys.version_info[1], newer_python()))

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = CHECKOUT / ".local"
COVERS = {"local": ["local"], "dev": ["dev", "local"]}  # what is there once a set is installed
FREE_MEGABYTES_MIN = {"local": 500, "dev": 900}
PROGRESS_SECONDS = 10.0
LOCKED = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[^\]]*\])?==", re.MULTILINE)
COLLECTED = re.compile(r"^\s*(Collecting|Requirement already satisfied)")
INSTALLING = re.compile(r"^Installing collected packages")
PIP_FAILURES = [
    ("No space left|Errno 28", "the disk is full: free about {free} MB in {checkout} and run again"),
    (
        "DO NOT MATCH THE HASHES",
        "a downloaded package does not match its checksum in {lock}: a proxy or mirror may have changed it; run again, or ask who runs it",
    ),
    (
        "NewConnectionError|Max retries|ConnectionError|ConnectTimeout|ProxyError|NameResolutionError|timed out|CERTIFICATE_VERIFY",
        (
            "the package index cannot be reached: the first run needs the network (later ones do not); check the connection, "
            "the proxy in HTTPS_PROXY or the index in PIP_INDEX_URL, and run again"
        ),
    ),
    ("Errno 13|Permission denied", "{venv} cannot be written: was it made by another user? Remove it and run again"),
    ("No matching distribution", "a package has no build for this Python on this machine ({machine}); which one stands in {log}"),
]


class SetupFailed(Exception):
    """The set-up cannot go on; the text says what is wrong and what to do."""


class Step:
    """One line a step, with the seconds it took; a slow one says every ten seconds how far it is, also while nothing is heard of it."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line with the seconds since the step began."""
        print(f"  {self.title}: {text} ({time.monotonic() - self.began:.0f} s)", flush=True)

    @contextmanager
    def telling(self, how_far: Callable[[], str]) -> Iterator[None]:
        """Say how far it is every ten seconds until the block ends."""
        is_over = threading.Event()

        def tell() -> None:
            while not is_over.wait(PROGRESS_SECONDS):
                self.say(how_far())

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            is_over.set()
            teller.join()


def lock_file(packages: str) -> Path:
    """Name the lock of a set of packages."""
    return CHECKOUT / "requirements" / f"{packages}.txt"


def stamp(packages: str) -> Path:
    """Name the file that exists only while a set is installed to its end."""
    return VENV / f".thidua-{packages}"


def fingerprint(packages: str) -> str:
    """Tell what an environment was made of: the lock, the Python, and where it stands (its scripts hold the path)."""
    return f"{hashlib.sha256(lock_file(packages).read_bytes()).hexdigest()} {sys.version} {VENV}"


def is_ready(packages: str) -> bool:
    """Decide whether the environment already holds a set, without asking the network."""
    return PYTHON.exists() and stamp(packages).exists() and stamp(packages).read_text() == fingerprint(packages)


def is_sound() -> bool:
    """Decide whether the environment can be added to: made by this Python, in this place, and never left half-way."""
    ending = f" {sys.version} {VENV}"
    return PYTHON.exists() and any(stamp(one).exists() and stamp(one).read_text().endswith(ending) for one in COVERS)


def require_space(packages: str) -> None:
    """Refuse to begin a download that the disk cannot hold."""
    free = shutil.disk_usage(CHECKOUT).free // 1_000_000
    needed = FREE_MEGABYTES_MIN[packages]
    if free < needed:
        raise SetupFailed(f"the disk is nearly full: {free} MB are free in {CHECKOUT}, {needed} MB are needed: free some and run again")


def how_far(lines: list[str], total: int) -> str:
    """Say how far pip is; a lock names also what only other platforms need, so its length is a limit."""
    if total == 0:
        return "still being made"
    if any(INSTALLING.match(line) for line in lines):
        return "all collected, installing"
    return f"{sum(bool(COLLECTED.match(line)) for line in lines)} of at most {total} collected"


def run(command: list[str], step: Step, total: int = 0) -> tuple[int, str]:
    """Run a command to its end, say now and then how far it is, give its exit code and all that it printed."""
    lines: list[str] = []
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace"
    )
    try:
        with step.telling(lambda: how_far(list(lines), total)):
            for line in process.stdout or ():
                lines.append(line)  # one at a time: the teller reads along
    except BaseException:
        process.kill()
        raise
    finally:
        process.communicate()
    return process.returncode, "".join(lines)


def make_environment() -> None:
    """Make an empty virtual environment in place of a missing, foreign or half-made one."""
    step = Step("virtual environment")
    if VENV.exists():
        shutil.rmtree(VENV)
    code, output = run([sys.executable, "-m", "venv", str(VENV)], step)
    if code != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupFailed(why_no_environment(output))
    step.say(f"Python {platform.python_version()}")


def why_no_environment(output: str) -> str:
    """Turn what `python -m venv` printed into one sentence."""
    if "ensurepip" in output or "No module named venv" in output:
        return (
            f"{sys.executable} comes without venv: install it (Debian and Ubuntu: `apt-get install python3-venv`), "
            "or name another Python, as in `make PYTHON=python3.12 demo`"
        )
    if "No space left" in output or "Errno 28" in output:
        return f"the disk is full: free some space in {CHECKOUT} and run again"
    return f"the virtual environment {VENV} could not be made: {(output.strip().splitlines() or ['no output'])[-1]}"


def install(packages: str) -> None:
    """Install a lock with pip, hashes required, downloads kept in the checkout; a stamp is there only when all went well."""
    step = Step(f"requirements/{packages}.txt")
    for one in COVERS:
        if stamp(one).exists():
            stamp(one).unlink()
    total = len(LOCKED.findall(lock_file(packages).read_text()))
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--require-hashes",
        "--no-input",
        "--no-user",
        "--retries",
        "2",
    ]
    code, output = run([*pip, "--progress-bar", "off", "--cache-dir", str(LOCAL / "pip"), "-r", str(lock_file(packages))], step, total)
    log = LOCAL / "log" / "pip.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(output)
    if code != 0:
        raise SetupFailed(why_pip_failed(output, packages, log))
    for one in COVERS[packages]:
        stamp(one).write_text(fingerprint(one))
    step.say("all packages installed")


def why_pip_failed(output: str, packages: str, log: Path) -> str:
    """Turn what pip printed into one sentence."""
    lock = f"requirements/{packages}.txt"
    facts = {
        "free": FREE_MEGABYTES_MIN[packages],
        "checkout": CHECKOUT,
        "lock": lock,
        "venv": VENV,
        "machine": platform.platform(),
        "log": log,
    }
    for pattern, sentence in PIP_FAILURES:
        if re.search(pattern, output):
            return sentence.format(**facts)
    errors = [line for line in output.splitlines() if line.startswith("ERROR")] or output.strip().splitlines() or ["no output"]
    return f"pip could not install {lock}: {errors[0]} (all of it: {log})"


def set_up(packages: str) -> None:
    """Bring the environment to a set of packages, alone: a second set-up at the same time waits for the first."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(packages):
            return
        print(f"Setting up thidua in {CHECKOUT} (once; it needs the network)", flush=True)
        require_space(packages)
        if not is_sound():
            make_environment()
        install(packages)


def sentence_of(failure: OSError) -> str:
    """Say what the operating system refused and what to do."""
    if failure.errno == 28:
        return f"the disk is full: free some space in {CHECKOUT} and run again"
    if failure.errno in (1, 13, 30):
        return f"{failure.filename} cannot be written: was the checkout used by another user? Make it yours (chown) and run again"
    return f"{failure.strerror}: {failure.filename}"


def stop_as_ctrl_c(_number: int, _frame: object) -> None:
    """Let SIGTERM and SIGHUP end the set-up as Ctrl-C does."""
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Set up what is asked for; on failure print one sentence and give exit code 1."""
    if len(arguments) != 1 or arguments[0] not in COVERS:
        print(f"usage: bootstrap.py {'|'.join(COVERS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop_as_ctrl_c)
    signal.signal(signal.SIGHUP, stop_as_ctrl_c)
    try:
        set_up(arguments[0])
        return subprocess.call([str(PYTHON), "-m", "deploy.local.jars"], cwd=CHECKOUT)
    except KeyboardInterrupt:
        print("stopped; run it again to go on", file=sys.stderr)
        return 130
    except SetupFailed as failure:
        print(f"thidua: {failure}", file=sys.stderr)
    except OSError as failure:
        print(f"thidua: {sentence_of(failure)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
