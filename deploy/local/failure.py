"""One sentence instead of a traceback: what went wrong on this machine and what to do about it."""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

STOPPED = 130


class SetupFailed(Exception):
    """The local stack cannot be set up or started; the text says what is wrong and what to do."""


class Terminated(BaseException):
    """A signal asked this process to stop; like KeyboardInterrupt, it must pass every `except Exception`."""


def _raise_terminated(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def sentence_of(failure: OSError) -> str:
    """Say in one sentence what the operating system refused, and what to do."""
    if failure.errno == errno.ENOSPC:
        return f"the disk is full ({failure.filename or 'while writing'}): free some space and run again"
    if failure.errno in (errno.EACCES, errno.EPERM):
        return f"{failure.filename} cannot be used by this user: was the checkout used by another one? Make it yours (chown) and run again"
    return f"{failure.strerror}: {failure.filename}"


def run_main(main: Callable[[], int]) -> int:
    """Run a command so that SIGTERM and SIGHUP stop it as Ctrl-C does, and a failure of the machine is one sentence."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background has it ignored
    signal.signal(signal.SIGTERM, _raise_terminated)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it stays ignored
        signal.signal(signal.SIGHUP, _raise_terminated)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 shows ? for what it has no letter for
    try:
        return main()
    except (KeyboardInterrupt, Terminated):
        return STOPPED
    except BrokenPipeError:  # who read our output has gone; Python must not try to write to it once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SetupFailed as failure:
        print(f"thidua: {failure}", file=sys.stderr)
    except OSError as failure:
        print(f"thidua: {sentence_of(failure)}", file=sys.stderr)
    return 1
