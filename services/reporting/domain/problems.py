"""What is wrong with something, or worth knowing of it: a stable code, the place, and the facts that its sentences are filled with."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.plan.codes import Sentence
from shared.plan.values import ValueProblem, pointer_to

__all__ = ["Problem", "Refused", "Sentence", "pointer_to", "problem", "problem_of_value"]

FACT_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing. The sentences of the catalogue hold unless this case has said its own."""

    code: str
    pointer: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    detail: Sentence | None = None
    mend: Sentence | None = None


class Refused(Exception):
    """What was asked for may not be done; every reason is named."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(one.code for one in problems))
        self.problems = tuple(problems)


def problem(code: str, pointer: str = "", **facts: object) -> Problem:
    """State a case of the code at a place (JSON pointer)."""
    return Problem(code=code, pointer=pointer, facts=tuple((name, keepable(str(fact))) for name, fact in facts.items()))


def keepable(fact: str) -> str:
    """Enough of what someone sent to recognise it, without the one character that no database text can hold."""
    return fact[:FACT_LENGTH_MAX].replace("\x00", "\N{REPLACEMENT CHARACTER}")


def problem_of_value(found: ValueProblem) -> Problem:
    """Take over what the plan's own check says of a value: its sentence knows the criterion and the limit."""
    return Problem(code=found.code, pointer=found.pointer, detail=Sentence(vi=found.sentence_vi, en=found.sentence_en))
