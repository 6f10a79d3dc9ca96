"""Every error over HTTP is a problem (RFC 9457) with a stable code, the place, and how to mend it, in Vietnamese and English."""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI

from shared.http.codes import Fault, fault

__all__ = ["Fault", "Problem", "fault", "install"]


class Problem(Exception):
    """An answer that is an error: `Problem("period-unknown", pointer="/period", period="2031")`, or several faults by `Problem.of`."""

    def __init__(self, code: str, *, pointer: str = "", headers: Mapping[str, str] | None = None, **facts: object) -> None:
        super().__init__(code)
        self.faults: tuple[Fault, ...] = (fault(code, pointer, **facts),)
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, faults: Sequence[Fault], headers: Mapping[str, str] | None = None) -> "Problem":
        """Several faults in one answer; the first gives the code and the status."""
        problem = cls(faults[0].code, headers=headers)
        problem.faults = tuple(faults)
        return problem

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return self.faults[0].code

    @property
    def status(self) -> int:
        """The HTTP status of the first fault."""
        return self.faults[0].status


def install(app: FastAPI) -> None:
    """Let every error of the application answer as a problem."""
    raise NotImplementedError
