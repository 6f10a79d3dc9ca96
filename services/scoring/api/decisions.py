"""Suggestions, and what people make of them step by step. Each step is an act: recorded in the chain and announced."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.scoring.api import steps
from services.scoring.api.acting import Acting, within_reach
from services.scoring.api.acts import place_after
from services.scoring.api.asked import (
    CommentsAsked,
    DecisionAsked,
    DossierAsked,
    PublicationAsked,
    ReturnAsked,
    RevocationAsked,
    VoteAsked,
)
from services.scoring.api.suggestion_answers import BallotsAnswer, ProposalAnswer, ballots_answer, proposal_answer
from services.scoring.domain.council import Step
from services.scoring.domain.decisions import ProposalState
from services.scoring.store import council, suggestions
from services.scoring.store.statements import Reads
from services.scoring.store.suggestions import ProposalFilter
from services.scoring.store.unchanging import Unchanging
from shared.events.awards import Outcome
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router
from shared.messaging import Transactions

FromReader = Annotated[Caller, Depends(require(Role.STANDING_BODY, Role.COUNCIL, Role.OBSERVER, Role.OPERATOR))]
FromEither = Annotated[Caller, Depends(require(Role.STANDING_BODY, Role.COUNCIL))]
FromCouncil = Annotated[Caller, Depends(require(Role.COUNCIL))]
Code = Annotated[str, Path(min_length=1, max_length=200)]
Filter = Annotated[str | None, Query(max_length=200)]


def proposal_routes(transactions: Transactions, reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes that read suggestions."""
    acting = Acting(transactions, reads, unchanging)
    here = router("/v1/proposals", tags=["proposals"])

    @here.get("")
    async def list_proposals(
        caller: FromReader,
        asked: Annotated[Paging, Depends(paging)],
        movement: Filter = None,
        period: Filter = None,
        agency: Filter = None,
        state: Annotated[ProposalState | None, Query()] = None,
    ) -> Page[ProposalAnswer]:
        """List suggestions in the order in which they were made."""
        wanted = within_reach(caller, ProposalFilter(movement=movement, period=period, agency=agency, state=state))
        records = await suggestions.list_proposals(reads, wanted, after=place_after(asked), limit=asked.limit + 1)
        return page([proposal_answer(record) for record in records], asked, lambda one: (str(one.revision),))

    @here.get("/{proposal}")
    async def read_proposal(proposal: Code, caller: FromReader) -> ProposalAnswer:
        """Read one suggestion with all that people did with it."""
        return await acting.told(caller, proposal)

    @here.get("/{proposal}/ballots")
    async def read_ballots(proposal: Code, caller: FromEither) -> BallotsAnswer:
        """Read who voted how, by opaque references; only for those who took part."""
        found = await acting.told(caller, proposal)
        return ballots_answer(await council.ballots_of(reads, found.proposal))

    return here


def decision_routes(transactions: Transactions, reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes of the steps that people take."""
    acting = Acting(transactions, reads, unchanging)
    here = router("/v1/proposals", tags=["proposals"])

    @here.post("/{proposal}/dossier")
    async def receive(proposal: Code, asked: DossierAsked, caller: FromEither) -> ProposalAnswer:
        """Take the dossier in, complete by the plan's checklist; also when it comes back."""
        return await acting.step(caller, proposal, Step.RECEIVE, steps.receive(asked))

    @here.post("/{proposal}/return")
    async def send_back(proposal: Code, asked: ReturnAsked, caller: FromEither) -> ProposalAnswer:
        """Return the dossier with a reason and the papers to be mended."""
        return await acting.step(caller, proposal, Step.RETURN, steps.send_back(asked))

    @here.post("/{proposal}/comment-period")
    async def open_comment(proposal: Code, caller: FromEither) -> ProposalAnswer:
        """Open public comment for the working days that the plan's rule asks."""
        return await acting.step(caller, proposal, Step.OPEN_COMMENT, steps.open_comment)

    @here.post("/{proposal}/comments")
    async def note_comments(proposal: Code, asked: CommentsAsked, caller: FromEither) -> ProposalAnswer:
        """Note comments by their number and references."""
        return await acting.step(caller, proposal, Step.NOTE_COMMENTS, steps.note_comments(asked))

    @here.post("/{proposal}/vote")
    async def vote(proposal: Code, asked: VoteAsked, caller: FromCouncil) -> ProposalAnswer:
        """Record the council's vote, every member of it named by a reference."""
        return await acting.step(caller, proposal, Step.VOTE, steps.vote(asked))

    @here.post("/{proposal}/decision")
    async def decide(proposal: Code, asked: DecisionAsked, caller: FromCouncil) -> ProposalAnswer:
        """Grant or refuse, once, on the score that the council saw."""
        if asked.outcome is Outcome.REFUSED and not (asked.reason and asked.reason_class):
            raise Problem("reason-missing", pointer="/reason" if asked.reason_class else "/reason_class")
        step = Step.GRANT if asked.outcome is Outcome.GRANTED else Step.REFUSE
        return await acting.step(caller, proposal, step, steps.decide(asked))

    @here.post("/{proposal}/publication")
    async def publish(proposal: Code, asked: PublicationAsked, caller: FromEither) -> ProposalAnswer:
        """Make a granted award public."""
        return await acting.step(caller, proposal, Step.PUBLISH, steps.publish(asked))

    @here.post("/{proposal}/revocation")
    async def revoke(proposal: Code, asked: RevocationAsked, caller: FromCouncil) -> ProposalAnswer:
        """Take a granted award back on one of the four legal grounds."""
        return await acting.step(caller, proposal, Step.REVOKE, steps.revoke(asked))

    return here
