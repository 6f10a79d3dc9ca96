"""Appraising reports and making final scores public: acts of the standing body, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.scoring.api.answers import Answer
from services.scoring.api.appraising import Appraising
from services.scoring.api.asked import AppraisalAsked, ScoresPublicationAsked
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.events.fields import Digest, Instant, Revision
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.requests import router
from shared.messaging import Transactions

FromStandingBody = Annotated[Caller, Depends(require(Role.STANDING_BODY))]
Code = Annotated[str, Path(min_length=1, max_length=200)]


class AppraisalMade(Answer):
    """An appraisal that was kept. The score follows it at once; read it for the points."""

    movement: str
    period: str
    agency: str
    revision: Revision
    report_version: int
    appraised_by: str
    appraised_at: Instant


class ScoresPublished(Answer):
    """The final scores of a period are public."""

    movement: str
    period: str
    scores: int
    digest: Digest
    published_at: Instant


def appraisal_routes(transactions: Transactions, reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes of what the standing body does with scores."""
    here = router("/v1/scores", tags=["scores"])
    appraising = Appraising(transactions, reads, unchanging)

    @here.post("/{movement}/{period}/{agency}/appraisal", status_code=201)
    async def appraise(movement: Code, period: Code, agency: Code, asked: AppraisalAsked, caller: FromStandingBody) -> AppraisalMade:
        """Appraise the version of a report that counts."""
        caller.demand(movement=movement, agency=agency)
        record = await appraising.appraise(caller, (movement, period, agency), asked)
        return AppraisalMade(
            movement=movement,
            period=period,
            agency=agency,
            revision=record.appraisal.revision,
            report_version=record.appraisal.report_version,
            appraised_by=record.actor,
            appraised_at=record.appraised_at,
        )

    @here.post("/{movement}/{period}/publication")
    async def publish(movement: Code, period: Code, asked: ScoresPublicationAsked, caller: FromStandingBody) -> ScoresPublished:
        """Make the final scores of a period public; from then on only a reopening changes them."""
        caller.demand(movement=movement)
        published: tuple[int, str, datetime] = await appraising.publish(caller, movement, period, asked.reference)
        count, digest, at = published
        return ScoresPublished(movement=movement, period=period, scores=count, digest=digest, published_at=at)

    return here
