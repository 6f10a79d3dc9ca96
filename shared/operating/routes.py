"""Dead letters and consumers over HTTP, for operators whose key is not limited to movements or agencies."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.http.access import Caller, Role, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router
from shared.messaging import dead_letters
from shared.messaging.dead_letters import DeadLetterUnknown, DeadLetterWhole, Search
from shared.operating import deciding, running
from shared.operating.deciding import AskedState, Outcome
from shared.operating.documents import (
    ConsumerDocument,
    DeadLetterDocument,
    DeadLetterWholeDocument,
    consumer_document,
    letter_document,
    whole_document,
)
from shared.operating.operated import Operated

NUMBER_MAX = 2**63 - 1
REASON_LENGTH_MAX = 500
FILTER_LENGTH_MAX = 300

Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
DryRun = Annotated[bool, Query(description="Really try, and take it back: the answer is what it would be, and nothing stays.")]
Filter = Annotated[str | None, Query(max_length=FILTER_LENGTH_MAX, pattern=r"^[^\x00]*$")]


class DropAsked(BaseModel):
    """Why a dead letter is dropped; it is kept with the name of who did it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=REASON_LENGTH_MAX, examples=["sent by mistake, LGSP sends it anew"])


def filters(
    consumer: Filter = None,
    code: Filter = None,
    topic: Filter = None,
    id: Annotated[Filter, Query(description="Id of the event.")] = None,  # noqa: A002 - the parameter's name over HTTP
    text: Annotated[Filter, Query(description="Part of the reason, in whatever case.")] = None,
    state: AskedState = AskedState.OPEN,
    since: Annotated[AwareDatetime | None, Query(description="Found at this instant or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Found before this instant.")] = None,
) -> Search:
    """Dependency: what dead letters are asked for by; each of it may be left out."""
    return Search(consumer=consumer, code=code, topic=topic, id=id, text=text, state=state.state, since=since, until=until)


async def operator(caller: Annotated[Caller, Depends(require(Role.OPERATOR))]) -> Caller:
    """Let in operators; a dead letter can be about anything, so a key for some movements or agencies reaches none."""
    if caller.movements is not None or caller.agencies is not None:
        raise Problem("access-out-of-scope", what="dead-letters, consumers")
    return caller


ByOperator = Annotated[Caller, Depends(operator)]


def routes(operated: Operated) -> APIRouter:
    """Make the operator's routes of a service."""
    here = router("/v1", tags=["operating"])
    _letter_routes(here, operated)
    _consumer_routes(here, operated)
    return here


def _letter_routes(here: APIRouter, operated: Operated) -> None:
    @here.get("/dead-letters", dependencies=[Depends(operator)])
    async def list_dead_letters(
        asked: Annotated[Paging, Depends(paging)], wanted: Annotated[Search, Depends(filters)]
    ) -> Page[DeadLetterDocument]:
        """List dead letters, oldest first; the open ones unless another state is asked for."""
        return await listed(operated, wanted, asked)

    @here.get("/dead-letters/{number}", dependencies=[Depends(operator)])
    async def show_dead_letter(number: Number) -> DeadLetterWholeDocument:
        """Read a dead letter with its record, byte for byte, and the trace of what went wrong."""
        return whole_document(await letter_of(operated, number))

    @here.post("/dead-letters/{number}/replay")
    async def replay_dead_letter(number: Number, caller: ByOperator, dry_run: DryRun = False) -> DeadLetterDocument:
        """Apply the record now, by the same code that could not; one that is applied already stays as it is. 409 where it fails again."""
        decided = await deciding.replay(operated, (await letter_of(operated, number)).letter, by=caller.name, dry_run=dry_run)
        if decided.failure is not None:
            raise Problem("dead-letter-fails-again", number=number, cause=decided.failure.code, reason=decided.failure.reason)
        return letter_document((await letter_of(operated, number)).letter)

    @here.post("/dead-letters/{number}/drop")
    async def drop_dead_letter(number: Number, body: DropAsked, caller: ByOperator, dry_run: DryRun = False) -> DeadLetterDocument:
        """Close a dead letter without applying it; a redelivery of its event is applied all the same. The first reason stays."""
        letter = (await letter_of(operated, number)).letter
        decided = await deciding.drop(operated, letter, by=caller.name, reason=body.reason, dry_run=dry_run)
        if decided.outcome is Outcome.APPLIED_BEFORE:
            raise Problem("dead-letter-applied", number=number)
        return letter_document((await letter_of(operated, number)).letter)


def _consumer_routes(here: APIRouter, operated: Operated) -> None:
    @here.get("/consumers", dependencies=[Depends(operator)])
    async def list_consumers() -> Page[ConsumerDocument]:
        """List what the service hears by, whether it runs, and how many dead letters wait."""
        return Page(items=[consumer_document(each) for each in await running.standings(operated)])

    @here.post("/consumers/{name}/resume")
    async def resume_consumer(name: Annotated[str, Path(max_length=FILTER_LENGTH_MAX)], caller: ByOperator) -> ConsumerDocument:
        """Let a consumer go on that stopped itself; one that runs stays as it is."""
        if operated.consumer(name) is None:
            raise Problem("consumer-unknown", consumer=name)
        await running.resume(operated, name, by=caller.name)
        return next(consumer_document(each) for each in await running.standings(operated) if each.name == name)


async def listed(operated: Operated, search: Search, asked: Paging) -> Page[DeadLetterDocument]:
    """Read one page; the surplus row tells whether there is another."""
    found = await dead_letters.find(operated.pool, replace(search, after=number_in(asked), rows_max=asked.limit + 1))
    return page([letter_document(each) for each in found], asked, lambda each: (str(each.number),))


def number_in(asked: Paging) -> int:
    """The number that the cursor names."""
    if asked.after is None:
        return 0
    if not asked.after[0].isdecimal() or len(asked.after[0]) > 18:
        raise Problem("cursor-invalid")
    return int(asked.after[0])


async def letter_of(operated: Operated, number: int) -> DeadLetterWhole:
    """Read a dead letter; raises the problem dead-letter-unknown."""
    try:
        return await dead_letters.show(operated.pool, number)
    except DeadLetterUnknown as error:
        raise Problem("dead-letter-unknown", number=number) from error
