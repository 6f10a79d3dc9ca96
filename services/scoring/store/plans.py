"""Plans never change, so one that was read is remembered by its hash."""

import json
from collections import OrderedDict

from services.scoring.store.statements import QUERIES, Reads
from shared.messaging import Unavailable
from shared.plan.document import plan_from_document
from shared.plan.types import Plan

PLANS_MAX = 64


class Plans:
    """The plans used last, at most PLANS_MAX of them."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, Plan] = OrderedDict()

    async def of_hash(self, reads: Reads, plan_hash: str) -> Plan:
        """Return the plan with this content hash, which must have been published."""
        if plan_hash not in self._read:
            row = await reads.fetchrow(QUERIES.plan_document, plan_hash)
            if row is None:
                raise Unavailable(f"the plan {plan_hash} is not here yet")
            self._read[plan_hash] = plan_from_document(json.loads(row["document"]))
        self._read.move_to_end(plan_hash)
        while len(self._read) > PLANS_MAX:
            self._read.popitem(last=False)
        return self._read[plan_hash]
