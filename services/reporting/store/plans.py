"""Plans by their content hash: one that was read once is remembered, for a published plan never changes."""

from collections import OrderedDict
from collections.abc import Iterable

from services.reporting.domain.directory import Directory
from services.reporting.domain.judging import PlanInForce
from services.reporting.store.statements import QUERIES, Reads
from shared.plan.document import plan_from_document

PLANS_REMEMBERED_MAX = 64


class Plans:
    """The plans that reports are judged by."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[str, PlanInForce] = OrderedDict()

    async def in_force(self, reads: Reads, movements: Iterable[str]) -> dict[str, PlanInForce]:
        """The plan in force of each movement that is published."""
        named = sorted(set(movements))
        if not named:
            return {}
        rows = await reads.fetch(QUERIES.plans_in_force, named)
        hashes = {str(row["movement"]): str(row["plan_hash"]) for row in rows}
        known = await self._with_hashes(reads, set(hashes.values()))
        return {movement: known[plan_hash] for movement, plan_hash in hashes.items()}

    async def _with_hashes(self, reads: Reads, hashes: set[str]) -> dict[str, PlanInForce]:
        """Read those that are not remembered, and return all that were asked for."""
        found = {plan_hash: self._remembered[plan_hash] for plan_hash in hashes if plan_hash in self._remembered}
        lacking = sorted(hashes - found.keys())
        rows = await reads.fetch(QUERIES.plan_documents, lacking) if lacking else []
        for row in rows:
            plan = plan_from_document(row["document"])
            found[row["plan_hash"]] = PlanInForce(plan=plan, directory=Directory(plan))
        for plan_hash, force in found.items():
            self._remember(plan_hash, force)
        return found

    def _remember(self, plan_hash: str, plan: PlanInForce) -> None:
        self._remembered[plan_hash] = plan
        self._remembered.move_to_end(plan_hash)
        if len(self._remembered) > PLANS_REMEMBERED_MAX:
            self._remembered.popitem(last=False)
