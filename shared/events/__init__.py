"""The published contract: what the services tell one another and the world. Knows no service."""

from shared.events.envelope import Event, announcement, derive, derived_id, headers_of, read_event
from shared.events.fields import Fact
from shared.events.topics import AWARDS, CATALOGUE, INTAKE, RECEIPTS, REGISTRY, REPORTS, SCORES, SOURCE_TOPICS, TOPICS, Topic

__all__ = [
    "AWARDS", "CATALOGUE", "INTAKE", "RECEIPTS", "REGISTRY", "REPORTS", "SCORES", "SOURCE_TOPICS", "TOPICS",
    "Event", "Fact", "Topic", "announcement", "derive", "derived_id", "headers_of", "read_event",
]  # fmt: skip
