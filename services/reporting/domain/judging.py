"""One judgement for every way in: a report is accepted, or rejected with everything that is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services.reporting.domain.directory import Directory
from services.reporting.domain.drafts import SelfScores, Values
from services.reporting.domain.periods import ReportingPeriod, is_after_close, is_late
from services.reporting.domain.problems import Problem, pointer_to, problem, problem_of_value
from services.reporting.domain.scopes import Scope
from services.reporting.domain.sending import Sent, digest_of_data
from services.reporting.domain.versions import Shelf
from shared.plan.types import Plan
from shared.plan.values import check_values, plain, value_to_text

PROBLEMS_NAMED_MAX = 100
CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInForce:
    """The plan of a movement with the directory of its agencies."""

    plan: Plan
    directory: Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of what a report names; none where it names nothing that is known."""

    force: PlanInForce | None = None
    period: ReportingPeriod | None = None
    agency: str | None = None
    is_member: bool = False
    source_known: bool = True
    scopes: tuple[Scope, ...] = (Scope(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that was accepted: what it says, under the agency's own code."""

    movement: str
    period: str
    agency: str
    version: int
    submitted_at: datetime
    source: str
    receipt: str
    digest: str
    values: Values
    self_scores: SelfScores
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """It passed every check. `is_new` is false where this very version with the same content is held already."""

    sent: Sent
    report: Report
    notes: tuple[Problem, ...]
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """It did not pass. `agency` is the agency that was meant, where it is known; `conflict` says that its identity is another's."""

    sent: Sent
    problems: tuple[Problem, ...]
    agency: str | None = None
    conflict: bool = False


Verdict = Accepted | Rejected


def judge(sent: Sent, circumstances: Circumstances, shelf: Shelf) -> Verdict:
    """Examine all, then judge, so that a rejection names everything that is wrong."""
    problems = tuple(faults(sent, circumstances))
    if problems:
        return Rejected(sent=sent, problems=named_in_part(problems), agency=circumstances.agency)
    report = report_of(sent, circumstances)
    held = shelf.digests.get(report.version)
    if held is not None and held != report.digest:
        conflict = problem("version-conflict", "/version", version=report.version)
        return Rejected(sent=sent, problems=(conflict,), agency=report.agency)
    notes = tuple(notes_on(sent, report, circumstances, shelf))
    return Accepted(sent=sent, report=report, notes=notes, is_new=held is None)


def judge_all(letters: Sequence[tuple[Sent, Circumstances]], shelves: Mapping[tuple[str, str, str], Shelf]) -> list[Verdict]:
    """Judge letters in their order: each sees what those before it left on the shelf."""
    held, verdicts = dict(shelves), list[Verdict]()
    for sent, circumstances in letters:
        key = (sent.draft.movement or "", sent.draft.period or "", circumstances.agency or "")
        verdict = judge(sent, circumstances, held.get(key, Shelf()))
        if isinstance(verdict, Accepted):
            held[key] = held.get(key, Shelf()).holding(verdict.report.version, verdict.report.digest)
        verdicts.append(verdict)
    return verdicts


def named_in_part(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """A receipt names up to 100 problems, and how many more there are."""
    rest = len(problems) - PROBLEMS_NAMED_MAX
    return problems if rest <= 0 else (*problems[:PROBLEMS_NAMED_MAX], problem("problems-more", count=rest))


def conflicting(sent: Sent, agency: str | None) -> Rejected:
    """The identity belongs to another body for ever."""
    return Rejected(sent=sent, problems=(problem("id-conflict", id=sent.event_id),), agency=agency, conflict=True)


def faults(sent: Sent, circumstances: Circumstances) -> Iterator[Problem]:
    """Everything that is wrong, in the order in which a sender would mend it."""
    yield from sent.problems
    yield from sent.draft.problems
    yield from faults_of_access(sent, circumstances)
    yield from faults_of_period(sent, circumstances)
    yield from faults_of_agency(sent, circumstances)
    yield from faults_of_values(sent, circumstances)


def faults_of_access(sent: Sent, circumstances: Circumstances) -> Iterator[Problem]:
    """One of the source's keys must reach both the movement and the agency."""
    if not circumstances.source_known:
        yield problem("source-unknown", source=sent.source)
        return
    movement, agency = sent.draft.movement, circumstances.agency
    reaching = [scope for scope in circumstances.scopes if movement is None or scope.covers_movement(movement)]
    if not reaching:
        yield problem("access-out-of-scope", "/movement", what=movement or sent.source)
    elif agency is not None and not any(scope.covers_agency(agency) for scope in reaching):
        yield problem("access-out-of-scope", "/agency", what=agency)


def faults_of_period(sent: Sent, circumstances: Circumstances) -> Iterator[Problem]:
    """The movement is published, its plan has the period, and the period takes reports at the instant of submission."""
    movement, code, force = sent.draft.movement, sent.draft.period, circumstances.force
    if movement is None:
        return
    if force is None:
        yield problem("movement-unknown", "/movement", movement=movement)
    elif code is not None and circumstances.period is None:
        planned = any(period.code == code for period in force.plan.periods)
        yield problem("period-not-open" if planned else "period-unknown", "/period", movement=movement, period=code)
    elif circumstances.period is not None and is_after_close(sent.submitted_at, circumstances.period):
        yield problem("period-closed", "/period", movement=movement, period=code)


def faults_of_agency(sent: Sent, circumstances: Circumstances) -> Iterator[Problem]:
    """The agency is known in the movement and was a member when the period opened."""
    if sent.draft.agency is None or circumstances.force is None:
        return
    if circumstances.agency is None:
        yield problem("agency-unknown", "/agency", agency=sent.draft.agency)
    elif circumstances.period is not None and not circumstances.is_member:
        yield problem("not-a-member", "/agency", agency=circumstances.agency, period=circumstances.period.code)


def faults_of_values(sent: Sent, circumstances: Circumstances) -> Iterator[Problem]:
    """The plan knows every criterion, and allows every value."""
    if circumstances.force is None:
        return
    plan = circumstances.force.plan
    yield from map(problem_of_value, check_values(plan, dict(sent.draft.values)))
    known = {leaf.code for leaf in plan.leaves} | {event.code for event in plan.events}
    for code, score in sent.draft.self_scores:
        if code not in known:
            yield problem("criterion-unknown", pointer_to("/self_scores", code), criterion=code)
        elif score < 0:
            yield problem("value-negative", pointer_to("/self_scores", code))


def notes_on(sent: Sent, report: Report, circumstances: Circumstances, shelf: Shelf) -> Iterator[Problem]:
    """What was accepted but should be known."""
    yield from sent.notes
    yield from sent.draft.notes
    if circumstances.period is not None and is_late(sent.submitted_at, circumstances.period.window):
        due_at = circumstances.period.window.due_at
        yield problem("report-late", due_at=due_at.isoformat() if due_at else "")
    if report.version <= shelf.withdrawn_to:
        yield problem("version-withdrawn", "/version", version=report.version)
    elif report.version in shelf.digests:
        yield problem("version-held", "/version", version=report.version)
    elif report.version < shelf.highest:
        yield problem("version-superseded", "/version", version=report.version, highest=shelf.highest)


def is_in_future(claimed_at: datetime, submitted_at: datetime) -> bool:
    """A claimed time counts as future when it is ahead by more than clocks usually differ."""
    return claimed_at - submitted_at > CLOCK_SKEW


def report_of(sent: Sent, circumstances: Circumstances) -> Report:
    """Make the report of a draft in which nothing is wrong."""
    movement, period, version, agency = names_in(sent, circumstances)
    return Report(
        movement=movement,
        period=period,
        agency=agency,
        version=version,
        submitted_at=sent.submitted_at,
        source=sent.source,
        receipt=str(sent.receipt),
        digest=content_digest(sent, agency),
        values=sent.draft.values,
        self_scores=sent.draft.self_scores,
        reference=sent.draft.reference,
    )


def names_in(sent: Sent, circumstances: Circumstances) -> tuple[str, str, int, str]:
    """What a report is about; every gap in it was a problem before."""
    draft = sent.draft
    if draft.movement is None or draft.period is None or draft.version is None or circumstances.agency is None:
        raise ValueError("a draft with gaps is no report")
    return draft.movement, draft.period, draft.version, circumstances.agency


def content_digest(sent: Sent, agency: str) -> str:
    """SHA-256 of what a report says, whatever code was used for the agency: a criterion left out is the same as a missing one."""
    draft = sent.draft
    given = {code: text for code, value in draft.values if (text := value_to_text(value)) is not None}
    content: Mapping[str, object] = {
        "movement": draft.movement,
        "period": draft.period,
        "agency": agency,
        "version": draft.version,
        "values": given,
        "self_scores": {code: plain(Decimal(score)) for code, score in draft.self_scores},
        "reference": draft.reference,
    }
    return digest_of_data(content)
