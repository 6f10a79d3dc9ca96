"""What never changes is remembered once it was read: plans by their hash, reports by their version. Both memories are bounded."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from services.scoring.domain.parts import ReportInput
from services.scoring.store.statements import QUERIES, Reads, columns
from shared.messaging import Unavailable
from shared.plan.document import plan_from_document
from shared.plan.types import Plan
from shared.plan.values import value_from_text

K = TypeVar("K")
V = TypeVar("V")

PLANS_MAX = 64
REPORTS_MAX = 5_000

ReportName = tuple[str, str, str, int]
"""Movement, period, agency and version: the identity of a report."""


class Memory(Generic[K, V]):
    """Keeps the values used last, at most so many."""

    def __init__(self, size_max: int) -> None:
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._size_max = size_max

    def find(self, key: K) -> V | None:
        """Return what is remembered under the key."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: K, value: V) -> None:
        """Remember a value; the one not used for longest is forgotten."""
        self._kept[key] = value
        if len(self._kept) > self._size_max:
            self._kept.popitem(last=False)


class Unchanging:
    """Plans and reports."""

    def __init__(self) -> None:
        self._plans: Memory[str, Plan] = Memory(PLANS_MAX)
        self._reports: Memory[ReportName, ReportInput] = Memory(REPORTS_MAX)

    async def plan(self, reads: Reads, plan_hash: str) -> Plan:
        """Return the plan with this content hash, which must have been published."""
        known = self._plans.find(plan_hash)
        if known is not None:
            return known
        row = await reads.fetchrow(QUERIES.plan_document, plan_hash)
        if row is None:
            raise Unavailable(f"the plan {plan_hash} is not here yet")
        plan = plan_from_document(json.loads(row["document"]))
        self._plans.keep(plan_hash, plan)
        return plan

    async def reports(self, reads: Reads, wanted: Sequence[ReportName]) -> dict[ReportName, ReportInput]:
        """Return the reports of these versions, with their values."""
        found = {name: self._reports.find(name) for name in wanted}
        known = {name: report for name, report in found.items() if report is not None}
        unknown = [name for name in wanted if name not in known]
        rows = await reads.fetch(QUERIES.reports_that_count, *columns(unknown, 4)) if unknown else []
        for row in rows:
            name = (row["movement"], row["period"], row["agency"], row["version"])
            known[name] = ReportInput(
                version=row["version"],
                values={code: value_from_text(text) for code, text in json.loads(row["indicator_values"]).items()},
                submitted_at=row["submitted_at"],
                self_scores={code: Decimal(text) for code, text in json.loads(row["self_scores"]).items()},
            )
            self._reports.keep(name, known[name])
        return known
