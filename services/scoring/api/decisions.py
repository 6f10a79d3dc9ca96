"""Suggestions, and what the council makes of them. Each decision and revocation is an act: recorded in the chain and announced."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.scoring.api.acting import Acting, within_reach
from services.scoring.api.acts import place_after
from services.scoring.api.answers import DecisionAsked, ProposalAnswer, RevocationAsked, proposal_answer
from services.scoring.domain.decisions import ProposalState
from services.scoring.store import reading
from services.scoring.store.reading import ProposalFilter
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.requests import router
from shared.messaging import Transactions

READERS = require(Role.STANDING_BODY, Role.COUNCIL, Role.OBSERVER, Role.OPERATOR)
COUNCIL = require(Role.COUNCIL)
Code = Annotated[str, Path(min_length=1, max_length=200)]
Filter = Annotated[str | None, Query(max_length=200)]


def decision_routes(transactions: Transactions, reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes of suggestions and of what becomes of them."""
    here = router("/v1/proposals", tags=["proposals"])
    acting = Acting(transactions, reads, unchanging)

    @here.get("")
    async def list_proposals(
        caller: Annotated[Caller, Depends(READERS)],
        asked: Annotated[Paging, Depends(paging)],
        movement: Filter = None,
        period: Filter = None,
        agency: Filter = None,
        state: Annotated[ProposalState | None, Query()] = None,
    ) -> Page[ProposalAnswer]:
        """List suggestions in the order in which they were made."""
        wanted = within_reach(caller, ProposalFilter(movement=movement, period=period, agency=agency, state=state))
        records = await reading.list_proposals(reads, wanted, after=place_after(asked), limit=asked.limit + 1)
        return page([proposal_answer(record) for record in records], asked, lambda one: (str(one.revision),))

    @here.get("/{proposal}")
    async def read_proposal(proposal: Code, caller: Annotated[Caller, Depends(READERS)]) -> ProposalAnswer:
        """Read one suggestion."""
        return await acting.told(caller, proposal)

    @here.post("/{proposal}/decision")
    async def decide(proposal: Code, asked: DecisionAsked, caller: Annotated[Caller, Depends(COUNCIL)]) -> ProposalAnswer:
        """Grant or refuse, once, on the score that the council saw."""
        await acting.decide(caller, proposal, asked)
        return await acting.told(caller, proposal)

    @here.post("/{proposal}/revocation")
    async def revoke(proposal: Code, asked: RevocationAsked, caller: Annotated[Caller, Depends(COUNCIL)]) -> ProposalAnswer:
        """Take a granted award back on one of the four legal grounds."""
        await acting.revoke(caller, proposal, asked)
        return await acting.told(caller, proposal)

    return here
