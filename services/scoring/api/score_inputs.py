"""What a score was computed from, put together from what is kept of it, so that anyone can compute it again."""

import json
from collections.abc import Mapping, Sequence

from services.scoring.domain.inputs import Dates, ScoreInputs, cluster_from, inputs_document
from services.scoring.store.appraisals import AppraisalRecord, Place
from services.scoring.store.reading import ScoreRecord
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging


async def inputs_of(
    reads: Reads, unchanging: Unchanging, place: Place, record: ScoreRecord, appraisals: Sequence[AppraisalRecord]
) -> Mapping[str, object] | None:
    """The inputs of a score; none for a void one."""
    if record.basis is None:
        return None
    name = (*place, record.report_version or 0)
    found = await unchanging.reports(reads, [name]) if record.report_version else {}
    followed = next((one.appraisal for one in appraisals if one.appraisal.revision == record.appraisal), None)
    return inputs_document(
        ScoreInputs(
            plan_hash=record.plan_hash,
            period=place[1],
            agency=place[2],
            dates=Dates(due=record.basis.due, grace_days=record.basis.grace_days),
            cluster=cluster_from(json.loads(record.basis.cluster_facts)),
            report=found.get(name),
            appraisal=followed,
        )
    )
