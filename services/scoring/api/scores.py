"""Scores and rankings, read within the reach of the caller's key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.scoring.api.answers import RankingAnswer, ScoreExplained, ScoreSummary, ranking_answer, score_explained, score_summary
from services.scoring.api.score_inputs import inputs_of
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import reading
from services.scoring.store.appraisals import appraisals_of_agency
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router

ANYONE = require(*Role)
REVISION_MAX = 2**63 - 1
Code = Annotated[str, Path(min_length=1, max_length=200)]


def score_routes(reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes of scores and rankings."""
    here = router("/v1", tags=["scores"])

    @here.get("/scores/{movement}/{period}")
    async def list_scores(
        movement: Code,
        period: Code,
        caller: Annotated[Caller, Depends(ANYONE)],
        asked: Annotated[Paging, Depends(paging)],
        cluster: Annotated[str | None, Query(max_length=200, description="Only this cluster.")] = None,
    ) -> Page[ScoreSummary]:
        """List the current scores of a period, in the order of agencies."""
        caller.demand(movement=movement)
        agencies = None if caller.agencies is None else sorted(caller.agencies)
        after = asked.after[0] if asked.after else ""
        records = await reading.list_scores(reads, movement, period, after=after, cluster=cluster, agencies=agencies, limit=asked.limit + 1)
        return page([score_summary(movement, period, record) for record in records], asked, lambda one: (one.agency,))

    @here.get("/scores/{movement}/{period}/{agency}")
    async def read_score(
        movement: Code,
        period: Code,
        agency: Code,
        caller: Annotated[Caller, Depends(ANYONE)],
        at: Annotated[int | None, Query(ge=0, le=REVISION_MAX, description="As it stood at this revision.")] = None,
    ) -> ScoreExplained:
        """Read a score with every part of its explanation."""
        caller.demand(movement=movement, agency=agency)
        record = await reading.score_as_of(reads, movement, period, agency, at)
        if record is None:
            raise Problem("not-found")
        appraisals = await appraisals_of_agency(reads, (movement, period, agency))
        inputs = await inputs_of(reads, unchanging, (movement, period, agency), record, appraisals)
        return score_explained(movement, period, record, appraisals, inputs)

    @here.get("/rankings/{movement}/{period}/{cluster}")
    async def read_ranking(movement: Code, period: Code, cluster: Code, caller: Annotated[Caller, Depends(ANYONE)]) -> RankingAnswer:
        """Read the ranking of a cluster as it stands."""
        caller.demand(movement=movement)
        record = await reading.read_ranking(reads, ClusterKey(movement=movement, period=period, cluster=cluster))
        if record is None:
            raise Problem("not-found")
        return ranking_answer(movement, period, cluster, record)

    return here
