"""One step of the council: in one transaction the rules are asked, the step is kept, the act joins the chain, and both are told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from services.scoring import metrics
from services.scoring.api.suggestion_answers import ProposalAnswer, proposal_answer
from services.scoring.contract import Proposed, Saying, act_recorded, acts_lock, agency_lock
from services.scoring.domain.acts import Act
from services.scoring.domain.council import Objection, Procedure, Step, after, objections_to, papers_lacking
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import council, proposals, suggestions
from services.scoring.store.proposals import ProposalInCase
from services.scoring.store.statements import Reads
from services.scoring.store.suggestions import ProposalFilter
from services.scoring.store.unchanging import Unchanging
from shared.http.guard import Caller
from shared.http.problems import Problem, fault
from shared.messaging import Announcement, Lock, LockKind, Transaction, Transactions
from shared.plan.periods import local_day
from shared.plan.types import AwardRule, Plan
from shared.tracing import current_traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """A suggestion in a transaction that holds its locks: what it is, the rule that it was made by, and what was done so far."""

    transaction: Transaction
    actor: str
    case: ProposalInCase
    plan: Plan
    rule: AwardRule
    done: Procedure

    @property
    def proposal(self) -> str:
        """Its identity."""
        return self.case.kept.proposal

    @property
    def saying(self) -> Saying:
        """How it is told."""
        return Saying(at=self.transaction.now, traceparent=current_traceparent(), test=self.plan.test)

    @property
    def named(self) -> Proposed:
        """How events name it."""
        return Proposed(proposal=self.proposal, key=self.case.key, agency=self.case.kept.agency, rule=self.case.kept.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was kept: the kind of act, its particulars, and, where the world is told more than the act, what it is told."""

    kind: str
    facts: Mapping[str, str]
    say: Callable[[int], Announcement] | None = None


Take: TypeAlias = Callable[[AtHand], Awaitable[Taken]]


class Acting:
    """What people can do with suggestions."""

    def __init__(self, transactions: Transactions, reads: Reads, unchanging: Unchanging) -> None:
        self._transactions = transactions
        self._reads = reads
        self._unchanging = unchanging

    async def told(self, caller: Caller, proposal: str) -> ProposalAnswer:
        """Tell a suggestion that the caller's key reaches; the problem not-found otherwise."""
        found = await suggestions.list_proposals(self._reads, within_reach(caller, ProposalFilter(proposal=proposal)), after=0, limit=1)
        if not found:
            raise Problem("not-found")
        return proposal_answer(found[0])

    async def step(self, caller: Caller, proposal: str, step: Step, take: Take) -> ProposalAnswer:
        """Take a step, or raise the problem that names every rule that forbids it."""
        async with self._transactions.begin(locks_for(await self.told(caller, proposal))) as transaction:
            hand = await self._at_hand(transaction, caller, proposal)
            demand(objections_to(step, hand.rule, hand.done, local_day(transaction.now)), hand)
            taken = await take(hand)
            stage = after(step, hand.done.stage)
            await council.move(transaction, proposal, stage)
            await record(hand, taken)
        metrics.PROPOSALS.labels(outcome=stage.value).inc()
        return await self.told(caller, proposal)

    async def _at_hand(self, transaction: Transaction, caller: Caller, proposal: str) -> AtHand:
        case = await proposals.proposal_in_case(transaction.connection, proposal)
        if case is None:
            raise Problem("not-found")
        plan = await self._unchanging.plan(transaction.connection, case.plan_hash)
        rule = next(rule for rule in plan.awards if rule.code == case.kept.rule)
        done = await council.procedure_of(transaction.connection, proposal, case.stage)
        return AtHand(transaction=transaction, actor=caller.name, case=case, plan=plan, rule=rule, done=done)


def within_reach(caller: Caller, wanted: ProposalFilter) -> ProposalFilter:
    """Narrow what is wanted to what the caller's key reaches."""
    movements = None if caller.movements is None else sorted(caller.movements)
    agencies = None if caller.agencies is None else sorted(caller.agencies)
    return replace(wanted, movements=movements, agencies=agencies)


def locks_for(answer: ProposalAnswer) -> list[Lock]:
    """The cluster must not move meanwhile; the agency's announcements and the chain stay in order."""
    key = ClusterKey(movement=answer.movement, period=answer.period, cluster=answer.cluster)
    return [Lock(LockKind.CLUSTER, key.text, shared=True), agency_lock(answer.agency), acts_lock()]


def demand(objections: tuple[Objection, ...], hand: AtHand) -> None:
    """Raise the problem that the objections are, each with the figures that it speaks of."""
    if objections:
        told = figures_of(hand)
        raise Problem.of([fault(objection.value, "", **told) for objection in objections])


def figures_of(hand: AtHand) -> dict[str, object]:
    """What sentences of objections may speak of."""
    vote, ends = hand.done.vote, hand.done.comment_ends
    return {
        "items": ", ".join(papers_lacking(hand.rule, hand.done.items)),
        "last_day": ends.isoformat() if ends else "",
        "in_favour": vote.in_favour if vote else 0,
        "needed": vote.needed if vote else 0,
        "members": vote.members if vote else 0,
        "rule": hand.rule.code,
    }


async def record(hand: AtHand, taken: Taken) -> None:
    """Append the act to the chain and announce it, after what else is told of the step."""
    transaction, case = hand.transaction, hand.case
    act = Act(kind=taken.kind, movement=case.key.movement, subject=hand.proposal, actor=hand.actor, at=transaction.now, facts=taken.facts)
    link = await proposals.append_act(transaction, act)
    first, second = await transaction.draw_revisions(2)
    told = [] if taken.say is None else [taken.say(first)]
    await transaction.announce([*told, act_recorded(hand.saying, link, revision=second)])
