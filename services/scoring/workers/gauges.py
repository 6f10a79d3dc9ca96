"""How much is due, and since when: read from the database every few seconds, so that it is right whichever replica tells it."""

from services.scoring import metrics
from services.scoring.store.reading import count_waiting
from services.scoring.store.statements import Reads
from shared.clock import Clock


class GaugesWorker:
    """Sets the gauges."""

    def __init__(self, reads: Reads, clock: Clock) -> None:
        self._reads = reads
        self._clock = clock

    async def work(self) -> bool:
        """Set them once; there is never more to do at once."""
        waiting = await count_waiting(self._reads)
        age = (self._clock.now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        metrics.MARKS_WAITING.set(waiting.marks)
        metrics.OLDEST_MARK_SECONDS.set(max(0.0, age))
        metrics.CLUSTERS_FAILING.set(waiting.failed)
        metrics.RANKINGS_DUE.set(waiting.rankings)
        metrics.AWARDS_FLAGGED.set(waiting.flagged)
        return False
