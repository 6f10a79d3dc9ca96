"""Recomputing a cluster: the marked units, the others only where what the whole cluster tells has changed, and of all only what moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.scoring.domain.cluster_facts import ClusterFacts, facts_of
from services.scoring.domain.parts import ReportInput, Score
from services.scoring.domain.score_document import score_bytes
from services.scoring.domain.scores import score_cluster, score_unit
from shared.plan.types import AgencyCode, Period, Plan
from shared.plan.values import plain


class ScoreState(StrEnum):
    """Provisional while the score can still move of itself; final once the period is closed and all that counts is here."""

    PROVISIONAL = "provisional"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScore:
    """What is on record of an agency's current score."""

    revision: int
    state: ScoreState
    report_version: int | None
    plan_hash: str
    content_hash: str | None
    is_void: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A score with its explanation as bytes, and their hash: recomputing gives the same."""

    score: Score
    document: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An agency whose score is no longer the one on record. No score: the report under it is gone."""

    agency: AgencyCode
    explained: Explained | None
    before: KeptScore | None

    @property
    def voided_version(self) -> int | None:
        """The version under the score on record, where it no longer stands and nothing took its place."""
        gone = self.explained is None or self.explained.score.version is None
        return self.before.report_version if gone and self.before and not self.before.is_void else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCase:
    """All that the scores of a cluster follow from, beside what is on record of them."""

    plan: Plan
    period: Period
    state: ScoreState
    inputs: Mapping[AgencyCode, ReportInput | None]
    kept: Mapping[AgencyCode, KeptScore]
    facts_before: str | None
    plan_before: str | None
    marked: frozenset[AgencyCode]
    everyone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """The scores that were looked at, which of them moved, and what the cluster as a whole told."""

    scores: Mapping[AgencyCode, Score]
    moved: tuple[Moved, ...]
    facts: str


def recompute(case: ClusterCase) -> Recomputed:
    """Score those whom it concerns and find what moved."""
    facts = facts_of(case.plan, case.inputs)
    told = facts_text(facts)
    everyone = case.everyone or told != case.facts_before or case.plan.content_hash != case.plan_before
    looked_at = {agency: report for agency, report in case.inputs.items() if everyone or agency in case.marked}
    scores = {agency: score_unit(case.plan, case.period, agency, report, facts) for agency, report in looked_at.items()}
    found = (moved(case, agency, score) for agency, score in scores.items())
    return Recomputed(scores=scores, moved=tuple(one for one in found if one), facts=told)


def all_scores(case: ClusterCase, recomputed: Recomputed) -> Mapping[AgencyCode, Score]:
    """Every score of the cluster, for ranking it."""
    if len(recomputed.scores) == len(case.inputs):
        return recomputed.scores
    return score_cluster(case.plan, case.period, case.inputs)


def moved(case: ClusterCase, agency: AgencyCode, score: Score) -> Moved | None:
    """Compare a score with the one on record. While a report can still come, a unit without one gets no score."""
    before = case.kept.get(agency)
    if score.version is None and case.state is ScoreState.PROVISIONAL and not has_score_without_report(before):
        return Moved(agency=agency, explained=None, before=before) if before and not before.is_void else None
    now = explained(score)
    return None if before and is_same(before, now, case.state) else Moved(agency=agency, explained=now, before=before)


def has_score_without_report(before: KeptScore | None) -> bool:
    """Tell whether a close already said that there is no report; after a reopening that is provisional again."""
    return before is not None and before.report_version is None and not before.is_void


def is_same(before: KeptScore, now: Explained, state: ScoreState) -> bool:
    """A new version or another plan is a change, also with equal points."""
    same_grounds = (before.report_version, before.plan_hash) == (now.score.version, now.score.plan_hash)
    return same_grounds and not before.is_void and (before.state, before.content_hash) == (state, now.content_hash)


def explained(score: Score) -> Explained:
    """Write the explanation down and hash it."""
    raw = score_bytes(score)
    return Explained(score=score, document=raw.decode(), content_hash=hashlib.sha256(raw).hexdigest())


def facts_text(facts: ClusterFacts) -> str:
    """Write what only the whole cluster tells so that two states of it can be compared."""
    leaders = {code: [plain(leader.value), plain(leader.target)] for code, leader in facts.leaders.items()}
    return json.dumps({"not_measured": sorted(facts.not_measured), "leaders": leaders}, sort_keys=True)
