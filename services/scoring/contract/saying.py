"""Events out: scores, rankings and acts, each under the key and the lock that keep its order. What is said of awards is in awarding.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.scoring.domain.acts import Act, Link, hash_of
from services.scoring.domain.criterion_parts import effect_of
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Cause
from services.scoring.domain.parts import NoTotal, Part, PartKind, Score, State
from services.scoring.domain.ranking import Standing
from services.scoring.domain.recomputation import Explained, ScoreState
from shared.events import AWARDS, SCORES, Fact, announcement, derive, scores
from shared.events.fields import Act as ActFact
from shared.events.fields import ActRecorded
from shared.messaging import Announcement, Lock, LockKind
from shared.plan.types import OnAbsent

SERVICE = "scoring"
PUBLISHES = (SCORES, AWARDS)
# The worker that is woken when a final ranking awaits its suggestions.
AWARDS_WORKER = "scoring.awards"
# A ranking must fit into one record; beyond so many rows the sentences are left to the API.
ROWS_WITH_SENTENCES_MAX = 1_000
TEXT_LENGTH_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What every announcement of a transaction shares: when, in which trace, and whether it is only a rehearsal."""

    at: datetime
    traceparent: str | None
    test: bool


def agency_lock(agency: str) -> Lock:
    """The lock that orders what is said of an agency."""
    return Lock(LockKind.AGENCY, agency)


def cluster_lock(key: ClusterKey) -> Lock:
    """The lock that orders what is said of a cluster."""
    return Lock(LockKind.CLUSTER, key.text)


def acts_lock() -> Lock:
    """The lock that keeps this service's chain of acts in one line."""
    return Lock(LockKind.ACTS, SERVICE)


def say(saying: Saying, fact: Fact, *, revision: int, subject: str, topic: str, key: str, lock: Lock) -> Announcement:
    """Make the announcement of a fact."""
    event = derive(
        service=SERVICE, data=fact, subject=subject, revision=revision, time=saying.at, traceparent=saying.traceparent, test=saying.test
    )
    return announcement(event, topic=topic, key=key, lock=lock)


def on_agency(saying: Saying, fact: Fact, *, revision: int, subject: str, topic: str, agency: str) -> Announcement:
    """Make an announcement whose order is the agency's."""
    return say(saying, fact, revision=revision, subject=subject, topic=topic, key=agency, lock=agency_lock(agency))


def score_computed(
    saying: Saying, key: ClusterKey, explained: Explained, *, state: ScoreState, cause: Cause, appraisal: int | None, revision: int
) -> Announcement:
    """Say a score; its explanation is read over HTTP."""
    score = explained.score
    fact = scores.ScoreComputed(
        movement=key.movement,
        period=key.period,
        cluster=key.cluster,
        agency=score.agency,
        revision=revision,
        cause=cause_fact(cause),
        state=scores.ScoreState(state.value),
        report_version=score.version,
        plan_hash=score.plan_hash,
        total=score.total,
        points=points_of(score),
        grade=score.grade.code if score.grade else None,
        no_total_vi=joined(score.no_total, "vi"),
        no_total_en=joined(score.no_total, "en"),
        content_hash=explained.content_hash,
        appraisal=appraisal,
    )
    return on_agency(saying, fact, revision=revision, subject=score.agency, topic=SCORES.name, agency=score.agency)


def score_voided(saying: Saying, key: ClusterKey, agency: str, *, version: int, cause: Cause, revision: int) -> Announcement:
    """Say that the report under a score is gone."""
    fact = scores.ScoreVoided(
        movement=key.movement,
        period=key.period,
        cluster=key.cluster,
        agency=agency,
        revision=revision,
        cause=cause_fact(cause),
        report_version=version,
    )
    return on_agency(saying, fact, revision=revision, subject=agency, topic=SCORES.name, agency=agency)


def cause_fact(cause: Cause) -> scores.Cause:
    """Translate a cause."""
    return scores.Cause(kind=scores.CauseKind(cause.kind.value), agency=cause.agency)


def points_of(score: Score) -> dict[str, Decimal | None]:
    """The points of each leaf criterion; none where it was not counted, which zero never means."""
    return {part.code: part.points if is_counted(part) else None for part in score.parts if part.kind is PartKind.CRITERION}


def is_counted(part: Part) -> bool:
    """A given value counts, and an absent one where the plan gives it zero points."""
    return part.state is State.GIVEN or effect_of(part) is OnAbsent.ZERO


def joined(reasons: Sequence[NoTotal], language: str) -> str | None:
    """All reasons in one language; none where there is no reason."""
    sentences = [reason.sentence.vi if language == "vi" else reason.sentence.en for reason in reasons]
    return " ".join(sentences)[:TEXT_LENGTH_MAX] or None


def ranking_published(
    saying: Saying, key: ClusterKey, rows: Sequence[scores.RankedAgency], *, state: ScoreState, revision: int
) -> Announcement:
    """Say the ranking of a cluster as it stands."""
    shown = rows if len(rows) <= ROWS_WITH_SENTENCES_MAX else [without_sentences(row) for row in rows]
    fact = scores.RankingPublished(
        movement=key.movement,
        period=key.period,
        cluster=key.cluster,
        revision=revision,
        state=scores.ScoreState(state.value),
        rows=list(shown),
    )
    return say(saying, fact, revision=revision, subject=key.cluster, topic=SCORES.name, key=key.text, lock=cluster_lock(key))


def ranked_agency(standing: Standing, score_revision: int | None) -> scores.RankedAgency:
    """One row of a ranking."""
    return scores.RankedAgency(
        agency=standing.agency,
        rank=standing.rank,
        total=standing.total,
        score_revision=score_revision,
        decided_by=f"{standing.decided_by.vi} / {standing.decided_by.en}" if standing.decided_by else None,
        unranked_vi=joined(standing.why_unranked, "vi"),
        unranked_en=joined(standing.why_unranked, "en"),
    )


def without_sentences(row: scores.RankedAgency) -> scores.RankedAgency:
    """The figures of a row alone."""
    return row.model_copy(update={"decided_by": None, "unranked_vi": None, "unranked_en": None})


def act_recorded(saying: Saying, link: Link, *, revision: int) -> Announcement:
    """Let the topic witness a link of the chain of acts."""
    return say(saying, act_fact(link), revision=revision, subject=link.act.subject, topic=AWARDS.name, key=SERVICE, lock=acts_lock())


def act_fact(link: Link) -> ActRecorded:
    """Write a link as the fact that is announced and shown."""
    act = ActFact(
        kind=link.act.kind,
        movement=link.act.movement,
        subject=link.act.subject,
        actor=link.act.actor,
        at=link.act.at,
        facts=dict(link.act.facts),
    )
    return ActRecorded(service=SERVICE, sequence=link.sequence, hash=link.hash, previous_hash=link.previous_hash, act=act)


def link_hash(fact: ActRecorded) -> str:
    """The hash that a link has to have, computed again from what it says."""
    act = fact.act
    said = Act(kind=act.kind, movement=act.movement, subject=act.subject, actor=act.actor, at=act.at, facts=act.facts)
    return hash_of(said, fact.sequence, fact.previous_hash)
