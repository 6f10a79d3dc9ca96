"""What the rules make of a cluster as it is now, for who asks: the same judgement as the one that suggestions come from; nothing is written."""

from services.scoring.domain.awards import AwardJudgement
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.recomputation import ScoreState
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers.cases import load
from services.scoring.workers.judging import Judging


class AskedJudging:
    """Judges a cluster because somebody asked."""

    def __init__(self, reads: Reads, unchanging: Unchanging) -> None:
        self._reads = reads
        self._unchanging = unchanging
        self._judging = Judging(unchanging)

    async def judge(self, key: ClusterKey) -> tuple[ScoreState, tuple[AwardJudgement, ...]] | None:
        """Judge a cluster by its scores of now; none where there is no such cluster yet."""
        at_hand = await load(self._reads, self._unchanging, [key], {})
        if not at_hand:
            return None
        found = await self._judging.judge(self._reads, at_hand)
        return at_hand[0].case.state, found.by_cluster.get(key, ())
