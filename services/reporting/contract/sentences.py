"""Problems become sentences here: the catalogue's, or the case's own where it said more."""

from services.reporting.domain.problems import Problem, Sentence
from shared.events.fields import NoteFact, ProblemFact
from shared.http.codes import Fault, fault
from shared.http.problems import Problem as HttpProblem
from shared.plan.document import PlanInvalid, PlanProblem, read_plan
from shared.plan.types import Plan

PLAN_PROBLEMS_NAMED_MAX = 100


def fault_of(problem: Problem) -> Fault:
    """Say a problem in both languages, with how to mend it."""
    known = fault(problem.code, problem.pointer, **dict(problem.facts))
    detail = problem.detail or Sentence(vi=known.detail_vi, en=known.detail_en)
    mend = problem.mend or Sentence(vi=known.mend_vi, en=known.mend_en)
    return Fault(code=problem.code, pointer=problem.pointer, detail_vi=detail.vi, detail_en=detail.en, mend_vi=mend.vi, mend_en=mend.en)


def problem_of_fault(found: Fault) -> Problem:
    """Take over a fault that was found while the body was read, sentences and all."""
    return Problem(
        code=found.code,
        pointer=found.pointer,
        detail=Sentence(vi=found.detail_vi, en=found.detail_en),
        mend=Sentence(vi=found.mend_vi, en=found.mend_en),
    )


def problem_fact(problem: Problem) -> ProblemFact:
    """Write a problem as the receipt carries it."""
    said = fault_of(problem)
    return ProblemFact(
        code=said.code,
        pointer=said.pointer,
        detail_vi=said.detail_vi,
        detail_en=said.detail_en,
        mend_vi=said.mend_vi,
        mend_en=said.mend_en,
    )


def note_fact(note: Problem) -> NoteFact:
    """Write a note as the receipt carries it."""
    said = fault_of(note)
    return NoteFact(code=said.code, detail_vi=said.detail_vi, detail_en=said.detail_en)


def http_problem(problems: tuple[Problem, ...], headers: dict[str, str] | None = None) -> HttpProblem:
    """Answer over HTTP with all of them; the first gives the status."""
    return HttpProblem.of([fault_of(problem) for problem in problems], headers)


def plan_in(raw: bytes) -> Plan:
    """Read a plan; raises the problem that names everything that is wrong with it, each with line and column."""
    try:
        return read_plan(raw.decode())
    except UnicodeDecodeError as error:
        raise HttpProblem("body-not-utf8", position=error.start + 1) from error
    except PlanInvalid as invalid:
        raise http_problem(tuple(problem_of_plan(found) for found in invalid.problems[:PLAN_PROBLEMS_NAMED_MAX])) from invalid


def problem_of_plan(found: PlanProblem) -> Problem:
    """Take over what the plan's own check found."""
    vi = f"Dòng {found.line}, cột {found.column}: {found.sentence_vi} ({found.code})"
    en = f"Line {found.line}, column {found.column}: {found.sentence_en} ({found.code})"
    return Problem(code="plan-invalid", pointer=found.pointer, detail=Sentence(vi=vi, en=en))
