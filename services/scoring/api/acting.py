"""Acts of the council, each in one transaction: what it changes, the link of the chain, and what is said of both."""

from collections.abc import Mapping
from dataclasses import replace

from services.scoring import metrics
from services.scoring.api.answers import DecisionAsked, ProposalAnswer, RevocationAsked, proposal_answer
from services.scoring.contract import Proposed, Saying, act_recorded, acts_lock, agency_lock, award_decided, award_revoked
from services.scoring.domain.acts import Act
from services.scoring.domain.decisions import Objection, objection_to_deciding, objection_to_revoking
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import proposals, reading
from services.scoring.store.proposals import Decision, ProposalInCase
from services.scoring.store.reading import ProposalFilter
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.events.awards import Outcome
from shared.http.guard import Caller
from shared.http.problems import Problem
from shared.messaging import Announcement, Lock, LockKind, Transaction, Transactions
from shared.tracing import current_traceparent


class Acting:
    """What a member of the council can do."""

    def __init__(self, transactions: Transactions, reads: Reads, unchanging: Unchanging) -> None:
        self._transactions = transactions
        self._reads = reads
        self._unchanging = unchanging

    async def told(self, caller: Caller, proposal: str) -> ProposalAnswer:
        """Tell a suggestion that the caller's key reaches; the problem not-found otherwise."""
        found = await reading.list_proposals(self._reads, within_reach(caller, ProposalFilter(proposal=proposal)), after=0, limit=1)
        if not found:
            raise Problem("not-found")
        return proposal_answer(found[0])

    async def decide(self, caller: Caller, proposal: str, asked: DecisionAsked) -> None:
        """Grant or refuse; raises the problem that forbids it."""
        if asked.outcome is Outcome.REFUSED and not (asked.reason and asked.reason_class):
            raise Problem("reason-missing", pointer="/reason" if asked.reason_class else "/reason_class")
        async with self._transactions.begin(locks_for(await self.told(caller, proposal))) as transaction:
            case = await self._case(transaction, proposal)
            demand(objection_on(case, asked.score_revision))
            if not await proposals.decide(transaction, proposal, decision_of(asked), caller.name):
                raise Problem("already-decided")
            saying = await self._saying(transaction, case)
            [revision] = await transaction.draw_revisions(1)
            said = award_decided(
                saying,
                named(case),
                outcome=asked.outcome,
                reason_class=asked.reason_class,
                reason=asked.reason,
                revision=revision,
            )
            facts = {"outcome": asked.outcome.value, "score_revision": str(asked.score_revision)}
            facts |= {"reason_class": asked.reason_class.value} if asked.reason_class else {}
            await record(transaction, saying, said, act_of(transaction, caller, case, kind="award-decided", facts=facts))
        metrics.PROPOSALS.labels(outcome=asked.outcome.value).inc()

    async def revoke(self, caller: Caller, proposal: str, asked: RevocationAsked) -> None:
        """Take a granted award back; raises the problem that forbids it."""
        async with self._transactions.begin(locks_for(await self.told(caller, proposal))) as transaction:
            case = await self._case(transaction, proposal)
            demand(objection_to_revoking(case.kept.state))
            if not await proposals.revoke(transaction, proposal, asked.ground.value, asked.reason, caller.name):
                raise Problem("not-granted")
            saying = await self._saying(transaction, case)
            [revision] = await transaction.draw_revisions(1)
            said = award_revoked(saying, named(case), ground=asked.ground, reason=asked.reason, revision=revision)
            act = act_of(transaction, caller, case, kind="award-revoked", facts={"ground": asked.ground.value})
            await record(transaction, saying, said, act)
        metrics.PROPOSALS.labels(outcome="revoked").inc()

    async def _case(self, transaction: Transaction, proposal: str) -> ProposalInCase:
        case = await proposals.proposal_in_case(transaction.connection, proposal)
        if case is None:
            raise Problem("not-found")
        return case

    async def _saying(self, transaction: Transaction, case: ProposalInCase) -> Saying:
        plan = await self._unchanging.plan(transaction.connection, case.plan_hash)
        return Saying(at=transaction.now, traceparent=current_traceparent(), test=plan.test)


def within_reach(caller: Caller, wanted: ProposalFilter) -> ProposalFilter:
    """Narrow what is wanted to what the caller's key reaches."""
    movements = None if caller.movements is None else sorted(caller.movements)
    agencies = None if caller.agencies is None else sorted(caller.agencies)
    return replace(wanted, movements=movements, agencies=agencies)


def locks_for(answer: ProposalAnswer) -> list[Lock]:
    """The cluster must not move meanwhile; the agency's announcements and the chain stay in order."""
    key = ClusterKey(movement=answer.movement, period=answer.period, cluster=answer.cluster)
    return [Lock(LockKind.CLUSTER, key.text, shared=True), agency_lock(answer.agency), acts_lock()]


def objection_on(case: ProposalInCase, seen: int) -> Objection | None:
    """Judge a decision by the current score, which counts only while the cluster is final."""
    current = case.current_revision if case.is_final else None
    return objection_to_deciding(case.kept.state, stands_on=case.kept.score_revision, seen=seen, current=current)


def demand(objection: Objection | None) -> None:
    """Raise the problem that an objection is."""
    if objection is not None:
        raise Problem(objection.value)


def decision_of(asked: DecisionAsked) -> Decision:
    """Take over what was asked."""
    reason_class = asked.reason_class.value if asked.reason_class else None
    return Decision(outcome=asked.outcome.value, reason_class=reason_class, reason=asked.reason, score_revision=asked.score_revision)


def named(case: ProposalInCase) -> Proposed:
    """Name the suggestion."""
    return Proposed(proposal=case.kept.proposal, key=case.key, agency=case.kept.agency, rule=case.kept.rule)


def act_of(transaction: Transaction, caller: Caller, case: ProposalInCase, *, kind: str, facts: Mapping[str, str]) -> Act:
    """What was done to the suggestion, by the holder of which key."""
    return Act(kind=kind, movement=case.key.movement, subject=case.kept.proposal, actor=caller.name, at=transaction.now, facts=facts)


async def record(transaction: Transaction, saying: Saying, said: Announcement, act: Act) -> None:
    """Append the act to the chain and announce both."""
    link = await proposals.append_act(transaction, act)
    [revision] = await transaction.draw_revisions(1)
    await transaction.announce([said, act_recorded(saying, link, revision=revision)])
