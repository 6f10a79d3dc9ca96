"""A small movement for tests: two criteria, a penalty for lateness, two clusters, one award rule; and its events, shortly said."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared.events import REGISTRY, REPORTS, Fact, announcement, derive, registry, reports
from shared.events.fields import IndicatorValue, ValueState
from shared.messaging import Lock, LockKind, Record
from shared.plan.document import plan_document, read_plan
from shared.plan.types import Plan

MOVEMENT = "trial"
PERIOD = "2023"
NORTH = ("a", "b", "c")
SOUTH = ("x", "y")
OPENED_AT = datetime(2023, 7, 1, tzinfo=UTC)
DUE_AT = datetime(2023, 7, 5, 17, tzinfo=UTC)
IN_TIME = datetime(2023, 7, 4, 3, tzinfo=UTC)
TWO_DAYS_LATE = datetime(2023, 7, 7, 3, tzinfo=UTC)

PLAN = """
movement: trial
version: {version}
test: {test}
title_vi: Phong trào thử
title_en: Trial movement
effective_from: 2023-01-01
total_places: 2
criteria:
  - code: works
    name_vi: Công trình
    name_en: Works
    maximum: {maximum}
    measure: {{kind: points, cap: {maximum}}}
    on_missing: block
    on_not_applicable: exclude
    when_nobody: not-measured
  - code: thrift
    name_vi: Tiết kiệm
    name_en: Thrift
    maximum: 50
    measure: {{kind: points, cap: 50}}
    on_missing: block
    on_not_applicable: exclude
    when_nobody: not-measured
adjustments:
  late: {{points_per_day: 1, maximum: 5, clause: Mục V}}
agencies:
  - {{code: a, name_vi: Đơn vị A, name_en: Unit A}}
  - {{code: b, name_vi: Đơn vị B, name_en: Unit B}}
  - {{code: c, name_vi: Đơn vị C, name_en: Unit C}}
  - {{code: x, name_vi: Đơn vị X, name_en: Unit X}}
  - {{code: y, name_vi: Đơn vị Y, name_en: Unit Y}}
clusters:
  - {{code: north, name_vi: Bắc, name_en: North, members: [a, b, c]}}
  - {{code: south, name_vi: Nam, name_en: South, members: [x, y]}}
periods:
  - {{code: "2023", name_vi: Năm 2023, name_en: Year 2023, from: 2023-01-01, to: 2023-06-30, due: 2023-07-05, grace_days: 0}}
awards:
  - code: first
    form_vi: Bằng khen
    form_en: Certificate of merit
    decided_by_vi: Hội đồng
    decided_by_en: The council
    clause: Mục IV
    selection: {{kind: first, count: 1, among: qualified, ties: include}}
    conditions:
      - code: enough
        sentence_vi: Tổng điểm từ 10 trở lên
        sentence_en: A total of at least 10
        subject: total
        comparison: at-least
        limit: 10
"""


# What the award rule can ask for besides: papers, public comment, a vote. The first week of August 2023 holds a day off.
PROCEDURE = """
    dossier:
      - {code: to-trinh, name_vi: Tờ trình, name_en: Proposal}
      - {code: bien-ban, name_vi: Biên bản, name_en: Minutes}
    public_comment_days: 3
    vote: {percent: 80, written_opinions: true, members: 7}
holidays:
  - {from: 2023-08-03, to: 2023-08-03, name_vi: Ngày nghỉ, name_en: Day off}
"""
APPRAISAL = "appraisal: {required: true, tolerance: 1}\n"


def plan(version: int = 1, maximum: int = 50, test: bool = False, more: str = "") -> Plan:
    """The plan of the trial; another version or maximum, or more that is asked, is another plan."""
    return read_plan(PLAN.format(version=version, maximum=maximum, test=str(test).lower()) + more)


def record_of(fact: Fact, *, topic: str, key: str, revision: int) -> Record:
    """The record that reporting's relay would have sent."""
    event = derive(service="reporting", data=fact, subject=key, revision=revision, time=OPENED_AT, traceparent=None)
    made = announcement(event, topic=topic, key=key, lock=Lock(LockKind.MOVEMENT, MOVEMENT))
    return Record(
        topic=topic, partition=0, offset=revision, appended_at=OPENED_AT, key=key.encode(), value=made.value, headers=made.headers
    )


def on_registry(fact: Fact, revision: int) -> Record:
    """A record of registry."""
    return record_of(fact, topic=REGISTRY.name, key=MOVEMENT, revision=revision)


def published(revision: int, of: Plan | None = None) -> Record:
    """movement-published."""
    live = of or plan()
    fact = registry.MovementPublished(
        movement=MOVEMENT,
        revision=revision,
        plan_hash=live.content_hash,
        plan_version=live.version,
        test=live.test,
        plan=plan_document(live),
    )
    return on_registry(fact, revision)


def opened(revision: int, cluster: str = "north", members: Sequence[str] = NORTH, of: Plan | None = None) -> Record:
    """period-opened for a cluster."""
    fact = registry.PeriodOpened(
        **place(cluster, revision),
        plan_hash=(of or plan()).content_hash,
        from_date=date(2023, 1, 1),
        to_date=date(2023, 6, 30),
        due_at=DUE_AT,
        grace_ends_at=DUE_AT,
        closes_at=None,
        members=list(members),
        opened_at=OPENED_AT,
    )
    return on_registry(fact, revision)


def extended(revision: int, due_at: datetime, cluster: str = "north") -> Record:
    """period-extended for a cluster."""
    fact = registry.PeriodExtended(
        **place(cluster, revision), due_at=due_at, grace_ends_at=due_at, closes_at=None, reason="Hệ thống ngừng hoạt động."
    )
    return on_registry(fact, revision)


def closed(revision: int, named: Mapping[str, int | None], cluster: str = "north") -> Record:
    """period-closed for a cluster, naming the versions that count."""
    standing = [registry.StandingReport(agency=agency, version=version) for agency, version in named.items()]
    return on_registry(registry.PeriodClosed(**place(cluster, revision), closed_at=OPENED_AT, reports=standing), revision)


def reopened(revision: int, cluster: str = "north") -> Record:
    """period-reopened for a cluster."""
    return on_registry(registry.PeriodReopened(**place(cluster, revision), closes_at=None, reason="Bổ sung báo cáo."), revision)


def place(cluster: str, revision: int) -> dict[str, Any]:
    """What every fact of a cluster's period begins with."""
    return {"movement": MOVEMENT, "period": PERIOD, "cluster": cluster, "revision": revision}


def given(value: str | None) -> IndicatorValue:
    """A number, or none for missing."""
    if value is None:
        return IndicatorValue(state=ValueState.MISSING)
    return IndicatorValue(state=ValueState.GIVEN, value=Decimal(value))


def submitted(
    revision: int,
    agency: str,
    version: int,
    works: str | None,
    thrift: str | None,
    submitted_at: datetime = IN_TIME,
    self_scores: Mapping[str, str] | None = None,
) -> Record:
    """report-submitted."""
    fact = reports.ReportSubmitted(
        movement=MOVEMENT,
        period=PERIOD,
        agency=agency,
        version=version,
        revision=revision,
        submitted_at=submitted_at,
        source="trial-source",
        receipt=f"receipt-{agency}-{version}",
        digest="0" * 64,
        values={"works": given(works), "thrift": given(thrift)},
        self_scores={code: Decimal(points) for code, points in (self_scores or {}).items()},
    )
    return record_of(fact, topic=REPORTS.name, key=agency, revision=revision)


def returned(revision: int, agency: str, version: int) -> Record:
    """report-returned."""
    fact = reports.ReportReturned(
        movement=MOVEMENT, period=PERIOD, agency=agency, version=version, revision=revision, reason="Thiếu.", returned_at=IN_TIME
    )
    return record_of(fact, topic=REPORTS.name, key=agency, revision=revision)


def withdrawn(revision: int, agency: str, version: int) -> Record:
    """report-withdrawn."""
    fact = reports.ReportWithdrawn(
        movement=MOVEMENT, period=PERIOD, agency=agency, version=version, revision=revision, reason="Nhầm.", withdrawn_at=IN_TIME
    )
    return record_of(fact, topic=REPORTS.name, key=agency, revision=revision)
