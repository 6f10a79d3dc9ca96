"""What scoring does because it was asked: scores explained, rankings, judgements, suggestions, decisions, the chain of acts."""

from fastapi import APIRouter

from services.scoring.api.acts import act_routes
from services.scoring.api.appraisals import appraisal_routes
from services.scoring.api.decisions import decision_routes, proposal_routes
from services.scoring.api.judgements import judgement_routes
from services.scoring.api.scores import score_routes
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.http.requests import router
from shared.messaging import Transactions


def routes(transactions: Transactions, reads: Reads, unchanging: Unchanging) -> APIRouter:
    """All routes of the service."""
    whole = router()
    whole.include_router(score_routes(reads, unchanging))
    whole.include_router(appraisal_routes(transactions, reads, unchanging))
    whole.include_router(proposal_routes(transactions, reads, unchanging))
    whole.include_router(judgement_routes(reads, unchanging))
    whole.include_router(decision_routes(transactions, reads, unchanging))
    whole.include_router(act_routes(reads))
    return whole
