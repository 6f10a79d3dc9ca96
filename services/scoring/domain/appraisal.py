"""What the standing body finds takes the place of what a unit reported; the self-score is kept beside it and never wins.

An appraisal is made on one version of a report and counts as long as that version counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from services.scoring.domain.parts import Appraised, Part, ReportInput
from shared.plan.types import Criterion, Plan
from shared.plan.values import MISSING, Given, IndicatorValue

BY_RULE = "points_by_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found on one criterion: another value, or points in place of the rule's. Neither: what was reported is confirmed."""

    value: IndicatorValue | None = None
    points: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """An act of the standing body on a version of a report; the findings are by the code of criterion, bonus or penalty."""

    revision: int
    report_version: int
    findings: Mapping[str, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one entry of an act: a stable code, and whose entry it is."""

    code: str
    entry: str


def appraisal_that_counts(appraisals: Iterable[Appraisal], version: int | None) -> Appraisal | None:
    """Of those made on the version that counts the last one. With another version an appraisal is void."""
    made_on_it = [one for one in appraisals if one.report_version == version]
    return max(made_on_it, key=lambda one: one.revision, default=None)


def as_appraised(report: ReportInput, appraisal: Appraisal | None) -> ReportInput:
    """Put the findings in the place of what was reported, and keep that beside them."""
    if appraisal is None:
        return report
    found = {code: finding.value for code, finding in appraisal.findings.items() if finding.value is not None}
    kept = {
        code: Appraised(reported=report.values.get(code, MISSING), reason=finding.reason, points=finding.points)
        for code, finding in appraisal.findings.items()
    }
    return replace(report, values={**report.values, **found}, appraised=kept, appraisal=appraisal.revision)


def with_appraisal(part: Part, appraised: Appraised | None) -> Part:
    """Points that were set by hand count instead of those by the rule, which stay in the trace."""
    if appraised is None:
        return part
    if appraised.points is None:
        return replace(part, appraised=appraised)
    return replace(part, points=appraised.points, trace=(*part.trace, (BY_RULE, part.points)), appraised=appraised)


def by_rule(part: Part) -> Part:
    """The part as the rule alone would have it."""
    points = dict(part.trace).get(BY_RULE) if part.appraised else None
    return part if points is None else replace(part, points=points)


def faults_in(plan: Plan, report: ReportInput, findings: Mapping[str, Finding]) -> Iterator[Fault]:
    """All that may not be found: points outside the criterion, points where there is no value, a change without a reason."""
    leaves = {str(leaf.code): leaf for leaf in plan.leaves}
    tolerance = plan.appraisal.tolerance if plan.appraisal else None
    for code, finding in findings.items():
        yield from (Fault(code=fault, entry=code) for fault in faults_of_points(leaves.get(code), report.values.get(code), finding))
        if not finding.reason and needs_reason(report, code, finding, tolerance):
            yield Fault(code="reason-missing", entry=code)


def faults_of_points(criterion: Criterion | None, reported: IndicatorValue | None, finding: Finding) -> Iterator[str]:
    """Points are set on a criterion that has a value, within zero and its maximum; bonus and penalty are found by their count."""
    if finding.points is None:
        return
    value = reported if finding.value is None else finding.value
    if criterion is None or not isinstance(value, Given):
        yield "appraisal-without-value"
    elif finding.points < 0 or (criterion.maximum is not None and finding.points > criterion.maximum):
        yield "appraisal-out-of-range"


def needs_reason(report: ReportInput, code: str, finding: Finding, tolerance: Decimal | None) -> bool:
    """Confirming needs none; nor do points that are within the plan's tolerance of the unit's own."""
    if finding.value is not None and finding.value != report.values.get(code, MISSING):
        return True
    own = report.self_scores.get(code)
    if finding.points is None or finding.points == own:
        return False
    return own is None or tolerance is None or (finding.points - own).copy_abs() > tolerance
