"""What the plan suggests to the council. A suggestion carries its grounds and never awards; people decide.

All conditions are examined before a unit is judged, so that a unit that is not suggested learns every one that failed. The rules are
judged one after the other, each after those that it gives way to, over all clusters of the period at once, for a quota spans them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.conditions import Ground, Verdict
from services.scoring.domain.eligibility import NO_PAST, Bar, Beside, Past, bars_on, past_by_agency
from services.scoring.domain.fields import Earlier, Field, Scores, field_of
from services.scoring.domain.quota import Placed, QuotaLine, cut_by_quota, quota_line, sentence_for_quota
from services.scoring.domain.ranking import Ranking, Standing
from services.scoring.domain.selection import CutOff, Selected, selected
from shared.plan.types import AgencyCode, AwardRule, ClusterCode, Plan, Sentence

__all__ = [
    "AwardJudgement",
    "AwardProposal",
    "Barred",
    "Candidate",
    "Cut",
    "Ground",
    "Outline",
    "judge_awards",
    "judge_fields",
    "judge_within",
    "outline_of",
    "propose_awards",
]

ALONE = Sentence(
    vi="Là đơn vị duy nhất được xếp hạng trong cụm: không có đơn vị nào để so sánh.",
    en="The only unit that is ranked in its cluster: there is none to compare it with.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardProposal:
    """A suggestion of the plan, with the conditions that were met, the selection and the quota that applied."""

    rule: str
    cluster: ClusterCode
    agency: AgencyCode
    rank: int
    total: Decimal
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A unit that met every condition and is not suggested because of the selection or the quota, and by how much."""

    agency: AgencyCode
    rank: int
    total: Decimal
    sentence: Sentence
    short_by: Decimal | None
    by_quota: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A ranked unit that a veto or another award bars, and what it lacks besides."""

    agency: AgencyCode
    rank: int
    total: Decimal
    bars: tuple[Bar, ...]
    failed: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ranked unit that failed conditions; every failed one is named, with what was lacking."""

    agency: AgencyCode
    rank: int
    total: Decimal
    failed: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardJudgement:
    """What one award rule makes of one cluster. Every ranked unit is in exactly one of the four, each list best first."""

    rule: str
    cluster: ClusterCode
    proposals: tuple[AwardProposal, ...]
    cut: tuple[Cut, ...]
    barred: tuple[Barred, ...]
    unqualified: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One rule over one cluster, before the quota."""

    cluster: ClusterCode
    verdicts: Mapping[AgencyCode, Verdict]
    bars: Mapping[AgencyCode, tuple[Bar, ...]]
    ranked: tuple[Standing, ...]
    choice: Selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What one rule comes to over all clusters together: whom it passes over for other awards, the line of its quota, whom it suggests."""

    beside: Beside
    line: QuotaLine | None
    suggested: frozenset[AgencyCode]


def propose_awards(plan: Plan, rankings: Mapping[ClusterCode, Ranking], scores: Scores) -> tuple[AwardProposal, ...]:
    """Every suggestion of every award rule, in the order of the plan's rules, clusters and ranks."""
    return tuple(proposal for judgement in judge_awards(plan, rankings, scores) for proposal in judgement.proposals)


def judge_awards(
    plan: Plan, rankings: Mapping[ClusterCode, Ranking], scores: Scores, *, past: Past = NO_PAST, earlier: Earlier | None = None
) -> tuple[AwardJudgement, ...]:
    """Judge each cluster that an award rule covers and that is ranked."""
    fields = [
        field_of(plan, one.code, rankings[one.code], {unit.agency: scores[unit.agency] for unit in rankings[one.code].standings}, earlier)
        for one in plan.clusters
        if one.code in rankings
    ]
    return judge_fields(plan, fields, past)


def judge_fields(plan: Plan, fields: Sequence[Field], past: Past) -> tuple[AwardJudgement, ...]:
    """Judge all clusters of a period that are there."""
    return judge_within(plan, fields, past, outline_of(plan, fields, past))


def outline_of(plan: Plan, fields: Sequence[Field], past: Past) -> Mapping[str, Outline]:
    """Draw the lines rule by rule, each after those that it gives way to; what the rules say of a unit is not put into words yet."""
    by_code = {rule.code: rule for rule in plan.awards}
    drawn: dict[str, Outline] = {}
    for rule in sorted(plan.awards, key=lambda one: steps_behind(one, by_code)):
        beside = {agency: by_code[other] for other in rule.not_beside for agency in drawn[other].suggested}
        sittings = sittings_of(rule, fields, past, beside)
        placed = [Placed(cluster=one.cluster, standing=chosen) for one in sittings for chosen in one.choice.chosen]
        line = quota_line(rule.quota, placed)
        within = frozenset(one.standing.agency for one in placed if line is None or one.standing.agency in line.within)
        drawn[rule.code] = Outline(beside=beside, line=line, suggested=within)
    return drawn


def judge_within(plan: Plan, fields: Sequence[Field], past: Past, drawn: Mapping[str, Outline]) -> tuple[AwardJudgement, ...]:
    """Put into words what the rules make of some clusters, with the lines drawn over all of them; in the order of the plan."""
    return tuple(
        judgement(rule, one, drawn[rule.code].line)
        for rule in plan.awards
        for one in sittings_of(rule, fields, past, drawn[rule.code].beside)
    )


def steps_behind(rule: AwardRule, by_code: Mapping[str, AwardRule]) -> int:
    """How many rules come one after the other before this one; a plan is checked to have no circle."""
    return max((1 + steps_behind(by_code[other], by_code) for other in rule.not_beside), default=0)


def sittings_of(rule: AwardRule, fields: Sequence[Field], past: Past, beside: Beside) -> list[Sitting]:
    """The rule over each cluster that it covers."""
    return [sitting(rule, field, past, beside) for field in fields if rule.code in field.entries]


def sitting(rule: AwardRule, field: Field, past: Past, beside: Beside) -> Sitting:
    """Examine every ranked unit of a cluster, set aside those that something bars, then select among those who qualify."""
    entries, awarded = field.entries[rule.code], past_by_agency(rule, past)
    verdicts = {standing.agency: verdict for standing, verdict in entries}
    bars = {agency: bars_on(rule, agency, verdict, awarded.get(agency, ()), past.ends, beside) for agency, verdict in verdicts.items()}
    ranked = tuple(standing for standing, _ in entries)
    qualified = frozenset(agency for agency, verdict in verdicts.items() if verdict.qualified and not bars[agency])
    choice = selected(rule.selection, ranked, qualified)
    return Sitting(cluster=field.cluster, verdicts=verdicts, bars=bars, ranked=ranked, choice=choice)


def judgement(rule: AwardRule, one: Sitting, line: QuotaLine | None) -> AwardJudgement:
    """Put each ranked unit where it belongs."""
    within = [unit for unit in one.choice.chosen if line is None or unit.agency in line.within]
    beyond = [cut_by_quota(line, unit) for unit in one.choice.chosen if line is not None and unit.agency not in line.within]
    others = [unit for unit in one.ranked if one.bars[unit.agency] or not one.verdicts[unit.agency].qualified]
    return AwardJudgement(
        rule=rule.code,
        cluster=one.cluster,
        proposals=tuple(proposal(rule, one, unit, line) for unit in within),
        cut=(*(cut(unit, by_quota=True) for unit in beyond), *(cut(unit, by_quota=False) for unit in one.choice.cut)),
        barred=tuple(barred(one, unit) for unit in others if one.bars[unit.agency]),
        unqualified=tuple(candidate(one, unit) for unit in others if not one.bars[unit.agency]),
    )


def proposal(rule: AwardRule, one: Sitting, standing: Standing, line: QuotaLine | None) -> AwardProposal:
    """A suggestion with all its grounds."""
    alone = (ALONE,) if len(one.ranked) == 1 else ()
    chosen = (Ground(clause=rule.clause, sentence=said) for said in (one.choice.sentence, *sentence_for_quota(line), *alone))
    return AwardProposal(
        rule=rule.code,
        cluster=one.cluster,
        agency=standing.agency,
        rank=standing.rank or 0,
        total=standing.total or Decimal(0),
        grounds=(*one.verdicts[standing.agency].met, *chosen),
    )


def cut(one: CutOff, *, by_quota: bool) -> Cut:
    rank, total = one.standing.rank or 0, one.standing.total or Decimal(0)
    return Cut(agency=one.standing.agency, rank=rank, total=total, sentence=one.sentence, short_by=one.short_by, by_quota=by_quota)


def barred(one: Sitting, unit: Standing) -> Barred:
    failed = one.verdicts[unit.agency].failed
    return Barred(agency=unit.agency, rank=unit.rank or 0, total=unit.total or Decimal(0), bars=one.bars[unit.agency], failed=failed)


def candidate(one: Sitting, unit: Standing) -> Candidate:
    failed = one.verdicts[unit.agency].failed
    return Candidate(agency=unit.agency, rank=unit.rank or 0, total=unit.total or Decimal(0), failed=failed)
