"""Movements: publishing one, reading them, and the record of acts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.reporting.acts.publishing import publish
from services.reporting.api.desk import Desk
from services.reporting.api.documents import LinkDocument, MovementDocument, MovementWithPeriods, link_document, movement_document
from services.reporting.api.periods import all_periods
from services.reporting.api.receipts import number_in
from services.reporting.api.reports import Code
from services.reporting.contract.sentences import plan_in
from services.reporting.store import registry as store
from shared.events.fields import TEXT_LENGTH_MAX
from shared.http.access import Caller, Role, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router

PLAN_TYPES = ("application/json", "application/yaml", "application/x-yaml", "text/yaml")

PLAN_BODY = {"required": True, "content": {type_: {"schema": {"type": "object"}} for type_ in PLAN_TYPES}}

FromPublisher = Annotated[Caller, Depends(require(Role.OPERATOR, Role.STANDING_BODY))]
FromAnyone = Annotated[Caller, Depends(require(*Role))]
FromAuditor = Annotated[Caller, Depends(require(Role.OBSERVER, Role.OPERATOR, Role.COUNCIL, Role.STANDING_BODY))]


class PublishedDocument(BaseModel):
    """The plan that is in force now."""

    movement: str
    plan_hash: str = Field(description="Content hash: the same whatever the layout of the document.")
    plan_version: int


def movement_routes(desk: Desk) -> APIRouter:
    """Routes of movements."""
    routes = router(tags=["movements"])

    @routes.post("/v1/movements", status_code=201, openapi_extra={"requestBody": PLAN_BODY})
    async def publish_(
        request: Request,
        response: Response,
        caller: FromPublisher,
        reason: Annotated[str | None, Query(min_length=1, max_length=TEXT_LENGTH_MAX, description="Needed to change a used plan.")] = None,
    ) -> PublishedDocument:
        """Publish a plan, as YAML or JSON. The same again changes nothing (200); a change needs a higher version."""
        plan = plan_in(await plan_text(request))
        caller.demand(movement=plan.movement)
        published = await publish(desk.transactions, plan, actor=caller.name, reason=reason)
        response.status_code = 201 if published.is_new else 200
        response.headers["location"] = f"/v1/movements/{published.movement}"
        return PublishedDocument(movement=published.movement, plan_hash=published.plan_hash, plan_version=published.plan_version)

    @routes.get("/v1/movements")
    async def many(caller: FromAnyone, asked: Annotated[Paging, Depends(paging)]) -> Page[MovementDocument]:
        """Read the movements in the order of their codes."""
        found = await store.movements_after(desk.pool, "" if asked.after is None else asked.after[0], asked.limit + 1)
        told = page([movement_document(movement) for movement in found], asked, lambda movement: [movement.movement])
        return told.model_copy(update={"items": [item for item in told.items if caller.reaches_movement(item.movement)]})

    @routes.get("/v1/movements/{movement}")
    async def one(movement: Code, caller: FromAnyone) -> MovementWithPeriods:
        """Read a movement with its periods and their states."""
        caller.demand(movement=movement)
        found = await store.find_movement(desk.pool, movement)
        if found is None:
            raise Problem("not-found")
        return MovementWithPeriods(**movement_document(found).model_dump(), periods=await all_periods(desk, movement))

    @routes.get("/v1/acts")
    async def acts(caller: FromAuditor, asked: Annotated[Paging, Depends(paging)]) -> Page[LinkDocument]:
        """Read the record of acts, a chain of hashes; it is one chain, so only a key for all movements and agencies reads it."""
        if caller.movements is not None or caller.agencies is not None:
            raise Problem("access-out-of-scope", what="acts")
        links = await store.acts_after(desk.pool, number_in(asked), asked.limit + 1)
        documents = [link_document(link) for link in links]
        return page(documents, asked, lambda link: [str(link.sequence)])

    return routes


async def plan_text(request: Request) -> bytes:
    """The plan's bytes; JSON is YAML too, so both are read the same way."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in PLAN_TYPES:
        raise Problem("content-type-unsupported", content_type=media_type or "(none)", allowed=", ".join(PLAN_TYPES))
    return await request.body()
