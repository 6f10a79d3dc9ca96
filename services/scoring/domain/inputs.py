"""All that one score was computed from, as JSON values: whoever has it and the plan computes the same bytes again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from services.scoring.domain.appraisal import Appraisal, Finding, as_appraised
from services.scoring.domain.cluster_facts import ClusterFacts
from services.scoring.domain.measures import Achievement
from services.scoring.domain.parts import ReportInput, Score
from services.scoring.domain.scores import score_unit
from shared.plan.types import AgencyCode, CriterionCode, DueMoves, Period, Plan
from shared.plan.values import IndicatorValue, plain, value_from_text, value_to_text

Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The days by which lateness was judged, as extended; none where nothing is ever late."""

    due: date | None
    grace_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInputs:
    """A report as the unit sent it, the appraisal that counted, the dates, and what the whole cluster told."""

    plan_hash: str
    period: str
    agency: str
    dates: Dates
    cluster: ClusterFacts
    report: ReportInput | None
    appraisal: Appraisal | None


def computed_again(plan: Plan, inputs: ScoreInputs) -> Score:
    """The score that follows from the inputs; raises where they belong to another plan or the plan has no such period."""
    if inputs.plan_hash != plan.content_hash:
        raise ValueError(f"the inputs belong to the plan {inputs.plan_hash}, not to {plan.content_hash}")
    planned = next((period for period in plan.periods if period.code == inputs.period), None)
    if planned is None:
        raise ValueError(f"the plan has no period {inputs.period}")
    report = as_appraised(inputs.report, inputs.appraisal) if inputs.report else None
    return score_unit(plan, period_with(planned, inputs.dates), AgencyCode(inputs.agency), report, inputs.cluster)


def period_with(planned: Period, dates: Dates) -> Period:
    """The day that is written down is the due day as it fell, so it moves no further."""
    return replace(planned, due=dates.due, due_moves=DueMoves.STAYS, grace_days=dates.grace_days)


def inputs_document(inputs: ScoreInputs) -> Document:
    """Write the inputs down; decimals are text in plain digits."""
    return {
        "plan_hash": inputs.plan_hash,
        "period": inputs.period,
        "agency": inputs.agency,
        "due": inputs.dates.due.isoformat() if inputs.dates.due else None,
        "grace_days": inputs.dates.grace_days,
        "cluster": cluster_document(inputs.cluster),
        "report": report_document(inputs.report) if inputs.report else None,
        "appraisal": appraisal_document(inputs.appraisal) if inputs.appraisal else None,
    }


def cluster_document(facts: ClusterFacts) -> Document:
    leaders = {str(code): [plain(one.value), plain(one.target)] for code, one in sorted(facts.leaders.items())}
    return {"not_measured": sorted(facts.not_measured), "leaders": leaders}


def report_document(report: ReportInput) -> Document:
    return {
        "version": report.version,
        "submitted_at": report.submitted_at.astimezone(UTC).isoformat() if report.submitted_at else None,
        "values": {code: value_to_text(value) for code, value in report.values.items()},
        "self_scores": {code: plain(points) for code, points in report.self_scores.items()},
    }


def appraisal_document(appraisal: Appraisal) -> Document:
    return {"revision": appraisal.revision, "report_version": appraisal.report_version, "findings": findings_document(appraisal)}


def findings_document(appraisal: Appraisal) -> Document:
    return {code: finding_document(finding) for code, finding in appraisal.findings.items()}


def finding_document(finding: Finding) -> Document:
    """A value that is not there was not touched; one that is null was found to be missing."""
    value = {} if finding.value is None else {"value": value_to_text(finding.value)}
    points = {} if finding.points is None else {"points": plain(finding.points)}
    return {**value, **points, "reason": finding.reason}


def inputs_from(document: Mapping[str, object]) -> ScoreInputs:
    """Read what `inputs_document` wrote."""
    due, report, appraisal = document["due"], document["report"], document["appraisal"]
    return ScoreInputs(
        plan_hash=str(document["plan_hash"]),
        period=str(document["period"]),
        agency=str(document["agency"]),
        dates=Dates(due=date.fromisoformat(str(due)) if due else None, grace_days=int(str(document["grace_days"]))),
        cluster=cluster_from(members(document["cluster"])),
        report=report_from(members(report)) if report else None,
        appraisal=appraisal_from(members(appraisal)) if appraisal else None,
    )


def members(value: object) -> Mapping[str, object]:
    """The members of a JSON object; raises where it is none."""
    if not isinstance(value, Mapping):
        raise TypeError(f"an object is wanted, not {value!r:.60}")
    return cast("Mapping[str, object]", value)


def cluster_from(document: Mapping[str, object]) -> ClusterFacts:
    pairs = cast("Mapping[str, list[str]]", members(document["leaders"]))
    leaders = {CriterionCode(code): Achievement(value=Decimal(value), target=Decimal(target)) for code, (value, target) in pairs.items()}
    codes = cast("list[str]", document["not_measured"])
    return ClusterFacts(not_measured=frozenset(map(CriterionCode, codes)), leaders=leaders)


def report_from(document: Mapping[str, object]) -> ReportInput:
    submitted_at = document["submitted_at"]
    return ReportInput(
        version=int(str(document["version"])),
        submitted_at=datetime.fromisoformat(str(submitted_at)) if submitted_at else None,
        values={code: value_of(text) for code, text in members(document["values"]).items()},
        self_scores={code: Decimal(str(text)) for code, text in members(document["self_scores"]).items()},
    )


def value_of(text: object) -> IndicatorValue:
    return value_from_text(None if text is None else str(text))


def appraisal_from(document: Mapping[str, object]) -> Appraisal:
    return Appraisal(
        revision=int(str(document["revision"])),
        report_version=int(str(document["report_version"])),
        findings={code: finding_from(members(found)) for code, found in members(document["findings"]).items()},
    )


def finding_from(document: Mapping[str, object]) -> Finding:
    points = document.get("points")
    return Finding(
        value=value_of(document["value"]) if "value" in document else None,
        points=None if points is None else Decimal(str(points)),
        reason=str(document["reason"]),
    )
