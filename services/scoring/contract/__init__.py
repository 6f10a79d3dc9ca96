"""What scoring hears and says: CONSUMES and PUBLISHES. In front of it events, behind it values of the domain; pure."""

from services.scoring.contract.hearing import CONSUMES, REGISTRY_CONSUMED, REPORTS_CONSUMED, SCORES_WORKER
from services.scoring.contract.saying import (
    AWARDS_WORKER,
    PUBLISHES,
    Proposed,
    Saying,
    act_fact,
    act_recorded,
    acts_lock,
    agency_lock,
    award_decided,
    award_proposed,
    award_revoked,
    award_withdrawn,
    cluster_lock,
    ranked_agency,
    ranking_published,
    score_computed,
    score_voided,
)

__all__ = [
    "AWARDS_WORKER", "CONSUMES", "PUBLISHES", "REGISTRY_CONSUMED", "REPORTS_CONSUMED", "SCORES_WORKER", "Proposed", "Saying", "act_fact",
    "act_recorded", "acts_lock", "agency_lock", "award_decided", "award_proposed", "award_revoked", "award_withdrawn", "cluster_lock",
    "ranked_agency", "ranking_published", "score_computed", "score_voided",
]  # fmt: skip
