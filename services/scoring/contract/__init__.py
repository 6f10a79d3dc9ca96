"""What scoring hears and says: CONSUMES and PUBLISHES. In front of it events, behind it values of the domain; pure."""

from services.scoring.contract.awarding import (
    Proposed,
    award_comment_opened,
    award_decided,
    award_proposed,
    award_published,
    award_received,
    award_returned,
    award_revoked,
    award_voted,
    award_withdrawn,
)
from services.scoring.contract.hearing import CONSUMES, REGISTRY_CONSUMED, REPORTS_CONSUMED, SCORES_WORKER
from services.scoring.contract.saying import (
    AWARDS_WORKER,
    PUBLISHES,
    SERVICE,
    Saying,
    act_fact,
    act_recorded,
    acts_lock,
    agency_lock,
    cluster_lock,
    link_hash,
    ranked_agency,
    ranking_published,
    score_computed,
    score_voided,
)

__all__ = [
    "AWARDS_WORKER", "CONSUMES", "PUBLISHES", "REGISTRY_CONSUMED", "REPORTS_CONSUMED", "SCORES_WORKER", "SERVICE", "Proposed", "Saying",
    "act_fact", "act_recorded", "acts_lock", "agency_lock", "award_comment_opened", "award_decided", "award_proposed", "award_published",
    "award_received", "award_returned", "award_revoked", "award_voted", "award_withdrawn", "cluster_lock", "link_hash", "ranked_agency",
    "ranking_published", "score_computed", "score_voided",
]  # fmt: skip
