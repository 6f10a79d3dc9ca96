"""Make the checkout's virtual environment from a hashed lock, with any Python of 3.11 or newer and nothing else.

Promise: standard library only; readable by an old Python, which then gets one sentence; the second time nothing is downloaded.
Run as `python3 deploy/local/bootstrap.py local` (what the demo needs) or `… dev` (tests and checks besides).
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

PYTHON_MIN = (3, 11)
CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
LOCAL = CHECKOUT / ".local"
LOCKS = {"local": ("local",), "dev": ("dev", "local")}  # a set → the sets whose needs it covers
FREE_MEGABYTES_MIN = {"local": 700, "dev": 1000}
PROGRESS_SECONDS = 10.0
REQUIREMENT = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[^\]]*\])?==", re.MULTILINE)
PIP_COLLECTING = re.compile(r"^\s*(Collecting|Requirement already satisfied)")
PIP_CAUSES = (
    (r"No space left|Errno 28", "the disk is full: free about {free} MB in {checkout} and run again"),
    (
        r"DO NOT MATCH THE HASHES",
        "a downloaded package does not match the checksum in {lock}: a proxy or mirror may have changed it; run again, or ask who runs it",
    ),
    (
        r"NewConnectionError|Max retries|ConnectionError|ConnectTimeout|ProxyError|NameResolutionError|Read timed out|CERTIFICATE_VERIFY"
        r"|Could not fetch URL|connection broken",
        "the package index cannot be reached: the first run needs the network (later ones do not); "
        "check the connection, or the proxy in HTTPS_PROXY, or the index in PIP_INDEX_URL, and run again",
    ),
    (r"Errno 13|Permission denied", "{venv} cannot be written: was it made by another user? Remove it and run again"),
    (r"No matching distribution", "a package has no build for this machine ({machine}): see {log}"),
)


class SetupFailed(Exception):
    """The set-up cannot go on; the text says what is wrong and what to do."""


def too_old(version, found=None):
    # type: (tuple[int, ...], str | None) -> str | None
    """Give the sentence for a Python that is too old, or None; `found` is a newer one on the PATH, if any."""
    if tuple(version[:2]) >= PYTHON_MIN:
        return None
    hint = found or "/path/to/python3.12"
    return "thidua needs Python 3.11 or newer, this is {}.{}: name a newer one, as in `make demo PYTHON={}`, or install it first".format(
        version[0], version[1], hint
    )


def newer_python():
    # type: () -> str | None
    """Find the name of a newer Python on the PATH that really runs."""
    for minor in range(14, PYTHON_MIN[1] - 1, -1):
        name = "python3.{}".format(minor)
        if shutil.which(name) and subprocess.call([name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return name
    return None


def lock_file(packages):
    # type: (str) -> Path
    """Name the lock of a set of packages."""
    return CHECKOUT / "requirements" / "{}.txt".format(packages)


def fingerprint(packages):
    # type: (str) -> str
    """Tell what an environment was made of: the lock, the Python, and where it stands (its scripts hold the path)."""
    lock = hashlib.sha256(lock_file(packages).read_bytes()).hexdigest()
    return "{} {} {}".format(lock, platform.python_version(), VENV)


def stamp(packages):
    # type: (str) -> Path
    """Name the file that exists only when a set was installed to its end."""
    return VENV / ".thidua-{}".format(packages)


def is_ready(packages):
    # type: (str) -> bool
    """Decide whether the environment already holds a set, without asking the network."""
    file = stamp(packages)
    return file.exists() and file.read_text() == fingerprint(packages)


def is_whole():
    # type: () -> bool
    """Decide whether the environment was made by this Python and never left half-way."""
    return any(is_ready(packages) for packages in LOCKS)


class Step:
    """One line a step, with the seconds it took; a slow one says now and then how far it is."""

    def __init__(self, title):
        # type: (str) -> None
        self.title = title
        self.began = time.monotonic()
        self.told = self.began

    def seconds(self):
        # type: () -> float
        return time.monotonic() - self.began

    def say(self, text):
        # type: (str) -> None
        print("  {} … {} ({:.0f} s)".format(self.title, text, self.seconds()), flush=True)

    def progress(self, text):
        # type: (str) -> None
        """Say how far it is, at most every ten seconds."""
        if time.monotonic() - self.told >= PROGRESS_SECONDS:
            self.told = time.monotonic()
            self.say(text)


def require_space(packages):
    # type: (str) -> None
    """Refuse to begin a download that the disk cannot hold."""
    free = shutil.disk_usage(str(CHECKOUT)).free // 1_000_000
    needed = FREE_MEGABYTES_MIN[packages]
    if free < needed:
        raise SetupFailed(
            "the disk is nearly full: {} MB are free in {}, {} MB are needed: free some and run again".format(free, CHECKOUT, needed)
        )


def make_environment():
    # type: () -> None
    """Make an empty virtual environment in place of a missing, foreign or half-made one."""
    step = Step("virtual environment")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    if made.returncode != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        raise SetupFailed(why_no_environment(made.stdout))
    step.say("Python {}".format(platform.python_version()))


def why_no_environment(output):
    # type: (str) -> str
    """Turn what `python -m venv` printed into one sentence."""
    if "ensurepip" in output or "No module named venv" in output:
        return (
            "{} has no venv module: install it (Debian and Ubuntu: `apt-get install python3-venv`), "
            "or name another Python, as in `make demo PYTHON=python3.12`".format(sys.executable)
        )
    if "No space left" in output or "Errno 28" in output:
        return "the disk is full: free some space in {} and run again".format(CHECKOUT)
    lines = output.strip().splitlines() or ["no output"]
    return "the virtual environment {} could not be made: {}".format(VENV, lines[-1])


def why_pip_failed(output, packages, log):
    # type: (str, str, Path) -> str
    """Turn what pip printed into one sentence."""
    for pattern, sentence in PIP_CAUSES:
        if re.search(pattern, output):
            return sentence.format(
                free=FREE_MEGABYTES_MIN[packages],
                checkout=CHECKOUT,
                lock=lock_file(packages).relative_to(CHECKOUT),
                venv=VENV,
                machine=platform.platform(),
                log=log,
            )
    errors = [line for line in output.splitlines() if line.startswith("ERROR")] or output.strip().splitlines() or ["no output"]
    return "pip could not install {}: {} (all of it: {})".format(lock_file(packages), errors[0], log)


def install(packages):
    # type: (str) -> None
    """Install a lock with pip, hashes required, downloads cached in the checkout."""
    step = Step("packages of requirements/{}.txt".format(packages))
    total = len(REQUIREMENT.findall(lock_file(packages).read_text()))
    for one in LOCKS:
        if stamp(one).exists():
            stamp(one).unlink()
    log = LOCAL / "log" / "pip.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["install", "--require-hashes", "--no-input", "--retries", "2", "--progress-bar", "off", "--cache-dir", str(LOCAL / "pip")]
    process = subprocess.Popen(
        [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"] + arguments + ["-r", str(lock_file(packages))],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    output = follow(process, step, total)
    log.write_text(output)
    if process.returncode != 0:
        raise SetupFailed(why_pip_failed(output, packages, log))
    for one in LOCKS[packages]:
        stamp(one).write_text(fingerprint(one))
    step.say("{} installed".format(total))


def follow(process, step, total):
    # type: (subprocess.Popen[str], Step, int) -> str
    """Read pip's output to its end and say now and then how far it is."""
    lines = []
    count = 0
    for line in process.stdout or ():
        lines.append(line)
        count += 1 if PIP_COLLECTING.match(line) else 0
        step.progress("{} of {} packages".format(min(count, total), total))
    process.wait()
    return "".join(lines)


def set_up(packages):
    # type: (str) -> None
    """Bring the environment to a set of packages, alone: a second one at the same time waits for the first."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(packages):
            return
        print("Setting up thidua in {} (first time only)".format(CHECKOUT), flush=True)
        require_space(packages)
        if not is_whole():
            make_environment()
        install(packages)


def main(arguments):
    # type: (list[str]) -> int
    """Set up what is asked for; on failure print one sentence and give exit code 1."""
    sentence = too_old(sys.version_info[:2]) and too_old(sys.version_info[:2], newer_python())
    if sentence:
        print(sentence, file=sys.stderr)
        return 1
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print("usage: bootstrap.py {}".format("|".join(LOCKS)), file=sys.stderr)
        return 2
    try:
        set_up(arguments[0])
        fetch = subprocess.run([str(VENV / "bin" / "python"), "-m", "deploy.local.jars"], cwd=str(CHECKOUT))
    except KeyboardInterrupt:
        print("stopped; run it again to go on", file=sys.stderr)
        return 130
    except (SetupFailed, OSError) as failure:
        print("thidua: {}".format(sentence_of(failure)), file=sys.stderr)
        return 1
    return fetch.returncode


def sentence_of(failure):
    # type: (Exception) -> str
    """Say what failed and what to do, also for what the operating system refused."""
    if not isinstance(failure, OSError):
        return str(failure)
    if failure.errno == 28:
        return "the disk is full: free some space in {} and run again".format(CHECKOUT)
    if failure.errno in (1, 13):
        return "{} cannot be written: was the checkout used by another user? Make it yours (chown) and run again".format(failure.filename)
    return "{}: {}".format(failure.strerror, failure.filename)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main(sys.argv[1:]))
