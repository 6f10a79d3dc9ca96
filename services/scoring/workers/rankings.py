"""Rankings: at once where the cluster is quiet, at most a tenth of the time under load; one that is put off is due, never forgotten."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scoring import metrics
from services.scoring.acts.cases import ClusterAtHand
from services.scoring.contract import Saying, ranked_agency, ranking_published
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.ranking import Ranking, rank_cluster
from services.scoring.domain.recomputation import Recomputed, all_scores
from services.scoring.store import scores
from services.scoring.store.scores import NewRanking, NewScore
from shared.events.scores import RankedAgency
from shared.messaging import Announcement, Transaction

SHARE = 0.1
REMEMBERED_SECONDS = 10.0


class RankingShare:
    """Keeps account of the time that rankings take under load. What is long past weighs ever less."""

    def __init__(self) -> None:
        self._all_seconds = 0.0
        self._ranking_seconds = 0.0

    @property
    def allows(self) -> bool:
        """Tell whether rankings have taken less than their share."""
        return self._ranking_seconds <= SHARE * self._all_seconds

    def spent(self, *, all_seconds: float, ranking_seconds: float) -> None:
        """Add what a step took."""
        self._all_seconds += all_seconds
        self._ranking_seconds += ranking_seconds
        if self._all_seconds > REMEMBERED_SECONDS:
            self._all_seconds /= 2
            self._ranking_seconds /= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A cluster with its ranking."""

    at_hand: ClusterAtHand
    ranking: Ranking


def rank_all(computed: Sequence[tuple[ClusterAtHand, Recomputed]]) -> list[Ranked]:
    """Rank clusters; pure, so that it can run beside the event loop."""
    return [Ranked(at_hand=one, ranking=rank_cluster(one.case.plan, all_scores(one.case, result))) for one, result in computed]


async def publish(transaction: Transaction, ranked: Sequence[Ranked], moved: Sequence[NewScore]) -> set[ClusterKey]:
    """Publish the rankings that are not what was published last; returns their clusters."""
    before = await scores.rankings_on_record(transaction.connection, [one.at_hand.key for one in ranked])
    revisions = revisions_of(ranked, moved)
    changed = list[tuple[Ranked, list[RankedAgency], str]]()
    for one in ranked:
        rows = rows_of(one, revisions)
        text = json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False)
        last = before.get(one.at_hand.key)
        if last is None or (last.state, last.standings) != (one.at_hand.case.state, text):
            changed.append((one, rows, text))
    await _keep_and_announce(transaction, changed)
    return {one.at_hand.key for one, _, _ in changed}


async def _keep_and_announce(transaction: Transaction, changed: Sequence[tuple[Ranked, list[RankedAgency], str]]) -> None:
    new, announcements = list[NewRanking](), list[Announcement]()
    for (one, rows, text), revision in zip(changed, await transaction.draw_revisions(len(changed)), strict=True):
        key, case = one.at_hand.key, one.at_hand.case
        new.append(NewRanking(key=key, revision=revision, state=case.state, standings=text))
        latest = max(one.at_hand.marks, key=lambda mark: mark.id, default=None)
        saying = Saying(at=transaction.now, traceparent=latest.cause.traceparent if latest else None, test=case.plan.test)
        announcements.append(ranking_published(saying, key, rows, state=case.state, revision=revision))
    await scores.keep_rankings(transaction, new)
    await transaction.announce(announcements)
    metrics.RANKINGS_PUBLISHED.inc(len(new))


def rows_of(one: Ranked, revisions: Mapping[tuple[ClusterKey, str], int]) -> list[RankedAgency]:
    """The rows of a ranking, each with the revision of the score that it stands on."""
    return [ranked_agency(standing, revisions.get((one.at_hand.key, standing.agency))) for standing in one.ranking.standings]


def revisions_of(ranked: Sequence[Ranked], moved: Sequence[NewScore]) -> dict[tuple[ClusterKey, str], int]:
    """The revision of each agency's score as it stands at the end of the transaction; none where it is void."""
    kept = {
        (one.at_hand.key, str(agency)): score.revision
        for one in ranked
        for agency, score in one.at_hand.case.kept.items()
        if not score.is_void
    }
    gone = {(row.key, row.agency) for row in moved if row.explained is None}
    new = {(row.key, row.agency): row.revision for row in moved if row.explained is not None}
    return {place: revision for place, revision in {**kept, **new}.items() if place not in gone}
