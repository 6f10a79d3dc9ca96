"""What reporting hears of scores: which version of a report was scored last. The score itself is scoring's."""

from dataclasses import dataclass

from services.reporting.domain.versions import ScoredVersion
from shared.events import read_event
from shared.events.scores import ScoreComputed, ScoreVoided
from shared.messaging import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardScore:
    """A record of the topic `scores`; a ranking tells nothing of a version."""

    identity: tuple[str, str]
    scored: ScoredVersion | None


def read_score(record: Record) -> HeardScore:
    """Read one record; raises Rejected where it is no event."""
    event = read_event(record)
    identity = (event.source, event.id)
    fact = event.data
    if not isinstance(fact, ScoreComputed | ScoreVoided):
        return HeardScore(identity=identity, scored=None)
    version = fact.report_version if isinstance(fact, ScoreComputed) else None
    scored = ScoredVersion(movement=fact.movement, period=fact.period, agency=fact.agency, version=version, revision=fact.revision)
    return HeardScore(identity=identity, scored=scored)
