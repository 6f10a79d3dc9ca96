"""The one worker that computes and announces scores.

It locks clusters, takes their marks, and only then reads values: a mark made meanwhile is not among the taken ids and stays.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from services.scoring import metrics
from services.scoring.acts.cases import CLUSTERS_MAX, ClusterAtHand, load, within_bounds
from services.scoring.contract import AWARDS_WORKER, cluster_lock
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Mark
from services.scoring.domain.recomputation import Recomputed, ScoreState, recompute
from services.scoring.store import clusters, scores
from services.scoring.store.clusters import KeptCluster
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers import consequences, moving, rankings
from services.scoring.workers.halves import by_halves, put_aside
from services.scoring.workers.moving import Split
from shared.clock import Clock
from shared.messaging import LOCKS_MAX, Transaction, Transactions

MARKS_MAX = 20_000

Computed = Sequence[tuple[ClusterAtHand, Recomputed]]


class ScoresWorker:
    """Computes what is marked, publishes what is ranked."""

    def __init__(self, transactions: Transactions, reads: Reads, unchanging: Unchanging, clock: Clock) -> None:
        self._transactions = transactions
        self._reads = reads
        self._unchanging = unchanging
        self._clock = clock
        self._share = rankings.RankingShare()
        self._is_loaded = False
        self._was_busy = False

    async def work(self) -> bool:
        """Do one bounded step; true where there may be more."""
        due = await clusters.due_clusters(self._reads, self._clock.now(), MARKS_MAX)
        chosen = within_bounds(due)
        # Marks that are there again as soon as a step is done, or more than one step can take, are what load is.
        self._is_loaded = bool(due) and (self._was_busy or len(chosen) < len(due))
        self._was_busy = bool(due)
        if not self._is_loaded or self._share.allows:
            put_off = await clusters.due_rankings(self._reads, self._clock.now(), CLUSTERS_MAX)
            chosen = within_bounds([*chosen, *(one for one in put_off if one not in chosen)])
        if chosen:
            await by_halves([one.key for one in chosen], self._compute, self._put_aside)
        return bool(chosen)

    async def _put_aside(self, key: ClusterKey, error: Exception) -> None:
        await put_aside(self._transactions, key, error)

    async def _compute(self, keys: Sequence[ClusterKey]) -> None:
        """Compute clusters in one transaction."""
        began = time.perf_counter()
        async with self._transactions.begin([cluster_lock(key) for key in keys]) as transaction:
            taken = await clusters.take_marks(transaction.connection, keys, MARKS_MAX)
            marks = defaultdict[ClusterKey, list[Mark]](list)
            for one in taken:
                marks[one.key].append(one.mark)
            at_hand = await load(transaction.connection, self._unchanging, keys, marks)
            computed = await asyncio.to_thread(compute_all, at_hand)
            ranking_seconds = await self._settle(transaction, computed)
        seconds = time.perf_counter() - began
        self._share.spent(all_seconds=seconds, ranking_seconds=ranking_seconds)
        metrics.COMPUTE_SECONDS.observe(seconds)
        metrics.CLUSTERS_PER_STEP.observe(len(keys))

    async def _settle(self, transaction: Transaction, computed: Computed) -> float:
        """Write and announce what moved, publish rankings, delete the marks that were taken; returns the seconds that rankings took."""
        at_hand = {one.key: one for one, _ in computed}
        split = moving.split(computed, LOCKS_MAX - len(at_hand))
        await transaction.lock(split.locks)
        moved = await moving.write_and_announce(transaction, split.now)
        await consequences.follow_scores(transaction, moved, at_hand)
        await moving.mark_later(transaction, split.later)
        taken = [mark.id for one in at_hand.values() for mark in one.marks]
        busy = await clusters.still_marked(transaction.connection, list(at_hand), taken)
        ranked = [(one, result) for one, result in computed if self._is_ranked_now(one, split, busy)]
        began = time.perf_counter()
        published = await rankings.publish(transaction, await asyncio.to_thread(rankings.rank_all, ranked), moved)
        ranking_seconds = time.perf_counter() - began
        states = [(one.key, after(one, result, split, {each.key for each, _ in ranked}, published)) for one, result in computed]
        await scores.record_clusters(transaction, states)
        await scores.forget_failures(transaction, list(at_hand))
        await scores.delete_marks(transaction, taken)
        if any(state.awards_due for _, state in states):
            transaction.wake(AWARDS_WORKER)
        return ranking_seconds

    def _is_ranked_now(self, one: ClusterAtHand, split: Split, busy: set[ClusterKey]) -> bool:
        """A cluster that is done is ranked at once on a quiet system, and within the rankings' share of time under load."""
        is_quiet = one.key not in busy and not self._is_loaded
        return not split.has_later(one.key) and (is_quiet or self._share.allows)


def compute_all(at_hand: Sequence[ClusterAtHand]) -> list[tuple[ClusterAtHand, Recomputed]]:
    """Recompute clusters; pure, so that it can run beside the event loop."""
    return [(one, recompute(one.case)) for one in at_hand]


def after(one: ClusterAtHand, result: Recomputed, split: Split, ranked: set[ClusterKey], published: set[ClusterKey]) -> KeptCluster:
    """What is on record of a cluster after the step: final only when all that is final was announced."""
    is_final = one.case.state is ScoreState.FINAL and not split.has_later(one.key)
    state = "final" if is_final else "open" if one.told.closed is None else "closed"
    return replace(
        one.kept,
        state=state,
        plan_hash=one.case.plan.content_hash,
        cluster_facts=result.facts,
        ranking_due=one.key not in ranked and (one.kept.ranking_due or state != one.kept.state or bool(result.moved)),
        awards_due=is_final and (one.kept.awards_due or one.key in published),
    )
