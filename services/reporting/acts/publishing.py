"""A movement goes live: its agencies become known, then its plan. Repeated, it does nothing; broken off, it goes on where it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.acts.recording import recorded
from services.reporting.acts.refusal import refusals_told
from services.reporting.contract.telling import ACTS, Saying, agency_lock, movement_lock, told_agency, told_published
from services.reporting.domain.chain import Act
from services.reporting.domain.directory import Agency, agencies_of
from services.reporting.domain.problems import Refused, problem
from services.reporting.store import periods
from services.reporting.store import registry as store
from shared.messaging import Transaction, Transactions
from shared.plan.types import Plan

AGENCIES_A_STEP = 500
LACKING_NAMED_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is in force now; `is_new` is false where this very plan was published before."""

    movement: str
    plan_hash: str
    plan_version: int
    is_new: bool


async def publish(transactions: Transactions, plan: Plan, *, actor: str, reason: str | None) -> Published:
    """Publish a plan. Raises a problem where the version is taken by other content, or where a used plan changes without a reason."""
    with refusals_told():
        async with transactions.begin([movement_lock(plan.movement)]) as transaction:
            known = await published_before(transaction, plan)
            await demand_publishable(transaction, plan, reason)
        if known is not None:
            return known
        agencies = tuple(agencies_of(plan))
        for place in range(0, len(agencies), AGENCIES_A_STEP):
            await make_known(transactions, agencies[place : place + AGENCIES_A_STEP])
        async with transactions.begin([movement_lock(plan.movement), ACTS]) as transaction:
            return await put_in_force(transaction, plan, actor, reason)


async def published_before(transaction: Transaction, plan: Plan) -> Published | None:
    """The plan as it was published before, if it was. Refused where a later one is in force: it would not be what is answered."""
    version = await store.published_version(transaction.connection, plan.content_hash)
    if version is None:
        return None
    movement = await store.find_movement(transaction.connection, plan.movement)
    if movement is not None and movement.plan_hash != plan.content_hash:
        raise Refused([problem("plan-superseded", "/version", version=version, current=movement.plan_version, movement=plan.movement)])
    return Published(movement=plan.movement, plan_hash=plan.content_hash, plan_version=version, is_new=False)


async def demand_publishable(transaction: Transaction, plan: Plan, reason: str | None) -> None:
    """A changed plan carries a higher version and, once a period was opened under the movement, a reason."""
    if await published_before(transaction, plan) is not None:
        return
    movement = await store.find_movement(transaction.connection, plan.movement)
    if movement is not None and plan.version <= movement.plan_version:
        raise Refused([problem("plan-already-published", "/version", version=plan.version, movement=plan.movement)])
    used = await periods.periods_of_movement(transaction.connection, plan.movement)
    if used and not reason:
        raise Refused([problem("reason-missing", "/reason")])
    await demand_what_is_used(transaction, plan)


async def demand_what_is_used(transaction: Transaction, plan: Plan) -> None:
    """What was opened and frozen under an earlier plan stands in every later one: without it no score could be computed any more."""
    codes, members = await periods.lacking_in(transaction.connection, plan, LACKING_NAMED_MAX)
    lacking = [problem("plan-lacks-period", "/periods", period=code) for code in codes]
    lacking += [problem("plan-lacks-member", "/agencies", agency=member) for member in members]
    if lacking:
        raise Refused(lacking)


async def make_known(transactions: Transactions, agencies: Sequence[Agency]) -> None:
    """Take over what changed of some agencies, and tell it."""
    codes = [agency.code for agency in agencies]
    async with transactions.begin(agency_lock(code) for code in codes) as transaction:
        known = await store.agencies_named(transaction.connection, codes)
        changed = [agency for agency in agencies if known.get(agency.code) != agency]
        await tell_agencies(transaction, changed)


async def tell_agencies(transaction: Transaction, changed: Sequence[Agency]) -> None:
    """Keep agencies and tell of them, with what sources call them; their locks are held."""
    if not changed:
        return
    revisions = await transaction.draw_revisions(len(changed))
    numbered = list(zip(changed, revisions, strict=True))
    codes = await store.source_codes_of(transaction.connection, [agency.code for agency in changed])
    await store.keep_agencies(transaction.connection, numbered)
    saying = Saying(now=transaction.now)
    await transaction.announce([told_agency(saying, agency, codes.get(agency.code, {}), revision) for agency, revision in numbered])


async def put_in_force(transaction: Transaction, plan: Plan, actor: str, reason: str | None) -> Published:
    """Keep the plan, tell it, record the act."""
    known = await published_before(transaction, plan)
    if known is not None:
        return known
    await demand_publishable(transaction, plan, reason)
    first, second = await transaction.draw_revisions(2)
    saying = Saying(now=transaction.now, test=plan.test)
    await store.keep_plan(transaction.connection, plan, reason=reason, actor=actor, now=transaction.now)
    facts = {"plan_hash": plan.content_hash, "plan_version": str(plan.version), **({"reason": reason} if reason else {})}
    act = Act(
        kind="movement-published",
        movement=plan.movement,
        subject=plan.movement,
        actor=actor,
        at=transaction.now,
        facts=tuple(sorted(facts.items())),
    )
    told = [told_published(saying, plan, first), await recorded(transaction, saying, act, second)]
    await transaction.announce(told)
    return Published(movement=plan.movement, plan_hash=plan.content_hash, plan_version=plan.version, is_new=True)
