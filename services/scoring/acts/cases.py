"""Brings together all that the scores of clusters follow from: what was told of the period, the plan in force, the reports that count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scoring.domain.appraisal import Appraisal, appraisal_that_counts, as_appraised
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Mark
from services.scoring.domain.parts import ReportInput
from services.scoring.domain.period import PeriodAsTold, as_told, period_as_extended, plan_in_force
from services.scoring.domain.recomputation import ClusterCase, KeptScore, ScoreState
from services.scoring.domain.standing import is_held, version_that_counts
from services.scoring.store import clusters
from services.scoring.store.appraisals import Place, appraisals_of_clusters
from services.scoring.store.clusters import DueCluster, KeptCluster, MemberReports
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.messaging import Rejected
from shared.plan.types import AgencyCode, Period, Plan

CLUSTERS_MAX = 100
MEMBERS_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAtHand:
    """A locked cluster: the case to compute, the marks that made it due, and what is on record of it."""

    key: ClusterKey
    kept: KeptCluster
    told: PeriodAsTold
    marks: tuple[Mark, ...]
    case: ClusterCase

    @property
    def is_reopened(self) -> bool:
        """Tell whether the cluster was final and takes reports again."""
        return self.kept.state == "final" and self.told.closed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A cluster, its plan, and for each member the version that counts."""

    key: ClusterKey
    told: PeriodAsTold
    plan: Plan
    state: ScoreState
    versions: Mapping[str, int | None]
    appraisals: Mapping[str, Appraisal]


def within_bounds(due: Sequence[DueCluster]) -> list[DueCluster]:
    """As many clusters as one step can hold, at least one."""
    chosen, members = list[DueCluster](), 0
    for one in due:
        members += one.size
        if chosen and (members > MEMBERS_MAX or len(chosen) == CLUSTERS_MAX):
            break
        chosen.append(one)
    return chosen


async def load(
    reads: Reads, unchanging: Unchanging, keys: Sequence[ClusterKey], marks: Mapping[ClusterKey, Sequence[Mark]]
) -> list[ClusterAtHand]:
    """Load clusters whose period was opened and whose plan is here; the others are left out and wait."""
    chosen = await _choose(reads, unchanging, keys)
    kept = await clusters.on_record(reads, keys)
    scores = await clusters.kept_scores(reads, keys)
    wanted = [(one.key.movement, one.key.period, agency, version) for one in chosen for agency, version in one.versions.items() if version]
    inputs = await unchanging.reports(reads, wanted)
    found = []
    for one in chosen:
        place = (one.key.movement, one.key.period)
        reports = {
            AgencyCode(agency): _report(one, inputs.get((*place, agency, version or 0)), agency) for agency, version in one.versions.items()
        }
        on_record = {AgencyCode(agency): scores[*place, agency] for agency in one.versions if (*place, agency) in scores}
        case = _case(one, kept[one.key], reports, on_record, marks.get(one.key, ()))
        found.append(ClusterAtHand(key=one.key, kept=kept[one.key], told=one.told, marks=tuple(marks.get(one.key, ())), case=case))
    return found


async def _choose(reads: Reads, unchanging: Unchanging, keys: Sequence[ClusterKey]) -> list[Chosen]:
    """Decide for each cluster the plan and the versions that count."""
    facts = await clusters.period_facts(reads, keys)
    published = await clusters.published_plans(reads, [key.movement for key in keys])
    members = await clusters.members(reads, keys)
    appraisals = await appraisals_of_clusters(reads, keys)
    chosen = []
    for key in keys:
        told = as_told(facts.get(key, ()))
        plan_hash = plan_in_force(published.get(key.movement, ()), told) if told else None
        if told and plan_hash:
            plan = await unchanging.plan(reads, plan_hash)
            versions = _versions(told, members[key])
            counting = _appraisals(key, versions, appraisals)
            state = _state(told, plan, members[key], {agency for agency, version in versions.items() if version} - counting.keys())
            chosen.append(Chosen(key=key, told=told, plan=plan, state=state, versions=versions, appraisals=counting))
    return chosen


def _appraisals(key: ClusterKey, versions: Mapping[str, int | None], made: Mapping[Place, Sequence[Appraisal]]) -> dict[str, Appraisal]:
    """The appraisal that counts of each member that has one."""
    found = (
        (agency, appraisal_that_counts(made.get((key.movement, key.period, agency), ()), version)) for agency, version in versions.items()
    )
    return {agency: appraisal for agency, appraisal in found if appraisal is not None}


def _report(one: Chosen, report: ReportInput | None, agency: str) -> ReportInput | None:
    """A report as it was appraised."""
    return None if report is None else as_appraised(report, one.appraisals.get(agency))


def _state(told: PeriodAsTold, plan: Plan, members: Sequence[MemberReports], not_appraised: set[str]) -> ScoreState:
    """Final once the period is closed, every version that the closing named is here, and was appraised where the plan asks for that."""
    closed = told.closed
    is_held_all = closed is not None and all(is_held(one.versions, closed.of(one.agency)) for one in members)
    is_appraised = plan.appraisal is None or not plan.appraisal.required or not not_appraised
    return ScoreState.FINAL if is_held_all and is_appraised else ScoreState.PROVISIONAL


def _versions(told: PeriodAsTold, members: Sequence[MemberReports]) -> dict[str, int | None]:
    """The version that counts of each member, in the frozen order."""
    closed = told.closed
    return {one.agency: version_that_counts(one.versions, one.voids, closed.of(one.agency) if closed else None) for one in members}


def _case(
    one: Chosen,
    kept: KeptCluster,
    reports: Mapping[AgencyCode, ReportInput | None],
    on_record: Mapping[AgencyCode, KeptScore],
    marks: Sequence[Mark],
) -> ClusterCase:
    """Put the case together; a cluster that becomes final, or is so no longer, concerns everyone in it."""
    turned = (kept.state == "final") != (one.state is ScoreState.FINAL)
    return ClusterCase(
        plan=one.plan,
        period=period_as_extended(_period(one.plan, one.key.period), one.told.dates),
        state=one.state,
        inputs=reports,
        kept=on_record,
        facts_before=kept.cluster_facts,
        plan_before=kept.plan_hash,
        marked=frozenset(AgencyCode(mark.agency) for mark in marks if mark.agency is not None),
        everyone=turned or any(mark.agency is None for mark in marks),
    )


def _period(plan: Plan, code: str) -> Period:
    found = next((period for period in plan.periods if period.code == code), None)
    if found is None:
        raise Rejected("period-unknown", f"the plan {plan.content_hash} has no period {code}")
    return found
