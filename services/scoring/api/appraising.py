"""What the standing body does with scores: it appraises reports, and makes final scores public. Both are acts."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from services.scoring.api.asked import AppraisalAsked, FindingAsked
from services.scoring.contract import SCORES_WORKER, Saying, act_recorded, acts_lock, agency_lock
from services.scoring.domain.acts import Act
from services.scoring.domain.appraisal import Appraisal, Finding, faults_in
from services.scoring.domain.inputs import findings_document
from services.scoring.domain.marks import Cause, CauseKind, NewMark
from services.scoring.domain.parts import ReportInput
from services.scoring.domain.period import as_told, plan_in_force
from services.scoring.domain.standing import version_that_counts
from services.scoring.store import appraisals, clusters, hearing, proposals, scores
from services.scoring.store.appraisals import AppraisalRecord, MemberAtHand, Place
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.http.guard import Caller
from shared.http.problems import Fault, Problem, fault
from shared.messaging import Lock, LockKind, Transaction, Transactions
from shared.plan.types import Plan
from shared.plan.values import MISSING, ValueProblem, ValueRefused, bounded, check_values, parse_value
from shared.tracing import current_traceparent


class Appraising:
    """The acts of the standing body on scores."""

    def __init__(self, transactions: Transactions, reads: Reads, unchanging: Unchanging) -> None:
        self._transactions = transactions
        self._reads = reads
        self._unchanging = unchanging

    async def appraise(self, caller: Caller, place: Place, asked: AppraisalAsked) -> AppraisalRecord:
        """Keep an appraisal of the version that counts, and mark its agency; raises a problem that names every fault."""
        findings = findings_of(asked.findings)
        member = await self._member(self._reads, place)
        locks = [Lock(LockKind.CLUSTER, member.key.text, shared=True), agency_lock(place[2]), acts_lock()]
        async with self._transactions.begin(locks) as transaction:
            plan, report = await self._report(transaction, place, asked.report_version)
            demand_findings(plan, report, asked.findings, findings)
            made, told = await transaction.draw_revisions(2)
            appraisal = Appraisal(revision=made, report_version=asked.report_version, findings=findings)
            record = AppraisalRecord(appraisal=appraisal, reason=asked.reason, actor=caller.name, appraised_at=transaction.now)
            await appraisals.keep_appraisal(transaction, place, record)
            traceparent = current_traceparent()
            cause = Cause(kind=CauseKind.APPRAISAL, traceparent=traceparent)
            await hearing.append_marks(transaction, [NewMark(movement=place[0], period=place[1], agency=place[2], cause=cause)])
            link = await proposals.append_act(transaction, act_of(place, record))
            saying = Saying(at=transaction.now, traceparent=traceparent, test=plan.test)
            await transaction.announce([act_recorded(saying, link, revision=told)])
            transaction.wake(SCORES_WORKER)
        return record

    async def _member(self, reads: Reads, place: Place) -> MemberAtHand:
        member = await appraisals.member_at_hand(reads, place)
        if member is None:
            raise Problem("not-found")
        return member

    async def _report(self, transaction: Transaction, place: Place, version: int) -> tuple[Plan, ReportInput]:
        """The plan in force and the report, which must be the version that counts, of a score that is not public."""
        member = await self._member(transaction.connection, place)
        if member.is_published:
            raise Problem("scores-published", movement=place[0], period=place[1])
        told = as_told((await clusters.period_facts(transaction.connection, [member.key])).get(member.key, ()))
        published = await clusters.published_plans(transaction.connection, [place[0]])
        plan_hash = plan_in_force(published.get(place[0], ()), told) if told else None
        if told is None or plan_hash is None:
            raise Problem("not-found")
        named = told.closed.of(place[2]) if told.closed else None
        if version_that_counts(member.reports.versions, member.reports.voids, named) != version:
            raise Problem("report-not-standing", pointer="/report_version", version=version)
        plan = await self._unchanging.plan(transaction.connection, plan_hash)
        found = await self._unchanging.reports(transaction.connection, [(*place, version)])
        return plan, found[*place, version]

    async def publish(self, caller: Caller, movement: str, period: str, reference: str | None) -> tuple[int, str, datetime]:
        """Make the final scores of a period public; returns how many are, one hash over them, and since when the last ones are."""
        async with self._transactions.begin([Lock(LockKind.PERIOD, f"{movement}/{period}"), acts_lock()]) as transaction:
            plan = await self._plan_of_final(transaction, movement, period)
            if not await scores.publish_scores(transaction, movement, period):
                raise Problem("scores-published", movement=movement, period=period)
            count, digest = await scores.published_digest(transaction.connection, movement, period)
            facts = {"scores": str(count), "digest": digest, **({"reference": reference} if reference else {})}
            act = Act(
                kind="scores-published",
                movement=movement,
                subject=f"{movement}/{period}",
                actor=caller.name,
                at=transaction.now,
                facts=facts,
            )
            link = await proposals.append_act(transaction, act)
            saying = Saying(at=transaction.now, traceparent=current_traceparent(), test=plan.test)
            [told] = await transaction.draw_revisions(1)
            await transaction.announce([act_recorded(saying, link, revision=told)])
            return count, digest, transaction.now

    async def _plan_of_final(self, transaction: Transaction, movement: str, period: str) -> Plan:
        found = await scores.clusters_not_final(transaction.connection, movement, period)
        if found.known == 0:
            raise Problem("not-found")
        if found.moving:
            raise Problem("period-not-final", movement=movement, period=period, clusters=found.moving)
        return await self._unchanging.plan(transaction.connection, found.plan_hash)


def findings_of(asked: Sequence[FindingAsked]) -> dict[str, Finding]:
    """Read what was found; raises a problem that names every value that is none, and a criterion that comes twice."""
    found, faults = dict[str, Finding](), list[Fault]()
    for place, one in enumerate(asked):
        if one.criterion in found:
            faults.append(fault("key-duplicated", f"/findings/{place}/criterion", key=one.criterion))
        try:
            found[one.criterion] = finding_of(one)
        except ValueRefused as refused:
            faults.append(fault_of(refused.at(f"/findings/{place}")))
    if faults:
        raise Problem.of(faults)
    return found


def finding_of(one: FindingAsked) -> Finding:
    """A value that is left out was not touched; one that is null was found to be missing."""
    value = parse_value(one.value) if "value" in one.model_fields_set else None
    points = None if one.points is None else points_of(one.points)
    return Finding(value=value, points=points, reason=one.reason)


def points_of(raw: object) -> Decimal:
    """Points are a number."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise ValueRefused("value-not-a-number", "Điểm phải là một số.", "Points are a number.")
    return bounded(Decimal(raw))


def demand_findings(plan: Plan, report: ReportInput, asked: Sequence[FindingAsked], findings: Mapping[str, Finding]) -> None:
    """Values are held against the plan as those of a report are; points and reasons against the rules of an appraisal."""
    places = {one.criterion: f"/findings/{place}" for place, one in enumerate(asked)}
    values = {code: finding.value for code, finding in findings.items() if finding.value is not None}
    # A finding without a value is checked with the one that it confirms, so that a code that the plan has not is found too.
    counting = {code: values.get(code, report.values.get(code, MISSING)) for code in findings}
    faults = [fault_of(problem, places) for problem in check_values(plan, counting, "")]
    faults += [fault(each.code, places[each.entry], criterion=each.entry) for each in faults_in(plan, report, findings)]
    if faults:
        raise Problem.of(faults)


def fault_of(problem: ValueProblem, places: Mapping[str, str] | None = None) -> Fault:
    """Say in the answer what the plan's own check says of a value."""
    pointer = problem.pointer if places is None else places.get(problem.pointer.lstrip("/"), problem.pointer)
    return fault(problem.code, pointer).saying(detail_vi=problem.sentence_vi, detail_en=problem.sentence_en)


def act_of(place: Place, record: AppraisalRecord) -> Act:
    """The act as it goes on record: which version, which criteria with one hash over what was found on them, and why."""
    made = record.appraisal
    found = json.dumps(findings_document(made), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    facts = {"report_version": str(made.report_version), "findings": ", ".join(sorted(made.findings)), "revision": str(made.revision)}
    facts |= {"digest": hashlib.sha256(found.encode()).hexdigest()}
    facts |= {"reason": record.reason} if record.reason else {}
    subject = "/".join(place)
    return Act(kind="score-appraised", movement=place[0], subject=subject, actor=record.actor, at=record.appraised_at, facts=facts)
