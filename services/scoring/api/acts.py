"""The chain of acts, for whoever wants to hold it against what was announced."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.scoring.contract import act_fact
from services.scoring.store import proposals
from services.scoring.store.statements import Reads
from shared.events.fields import ActRecorded
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router

READERS = require(Role.OBSERVER, Role.OPERATOR, Role.COUNCIL, Role.STANDING_BODY)


def act_routes(reads: Reads) -> APIRouter:
    """Routes of the chain."""
    here = router("/v1", tags=["acts"])

    @here.get("/acts")
    async def list_acts(
        caller: Annotated[Caller, Depends(READERS)],
        asked: Annotated[Paging, Depends(paging)],
    ) -> Page[ActRecorded]:
        """List the acts in the order of the chain; it is one chain, so only a key for all movements reads it."""
        if caller.movements is not None or caller.agencies is not None:
            raise Problem("access-out-of-scope", what="acts")
        links = await proposals.acts_after(reads, place_after(asked), asked.limit + 1)
        return page([act_fact(link) for link in links], asked, lambda one: (str(one.sequence),))

    return here


def place_after(asked: Paging) -> int:
    """Read the place from the cursor."""
    if asked.after is None:
        return 0
    if not asked.after[0].isdecimal() or len(asked.after[0]) > 18:
        raise Problem("cursor-invalid")
    return int(asked.after[0])
