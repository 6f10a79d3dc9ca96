"""What is wrong with a plan, all at once: each problem with its place, a stable code and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Line and column count from 1, and are 0 where the plan did not come from a text. `pointer` is a JSON pointer."""

    line: int
    column: int
    pointer: str
    code: str
    sentence_vi: str
    sentence_en: str

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.pointer or '/'}: {self.sentence_en} ({self.code})"


class PlanInvalid(Exception):
    """The document is not a plan that can be run; `problems` names everything that must be mended."""

    def __init__(self, problems: tuple[PlanProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
