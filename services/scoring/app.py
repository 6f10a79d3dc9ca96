"""Wires scoring: the only module that knows settings, pool, HTTP, consumers and workers at once."""

from pathlib import Path

from services.scoring.api import routes
from services.scoring.contract import AWARDS_WORKER, REGISTRY_CONSUMED, REPORTS_CONSUMED, SCORES_WORKER
from services.scoring.handlers import hear_registry, hear_reports
from services.scoring.settings import ScoringSettings
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers.awards import AwardsWorker
from services.scoring.workers.gauges import GaugesWorker
from services.scoring.workers.scores import ScoresWorker
from shared.database import SHARED_MIGRATIONS
from shared.http.keys import access_consumer
from shared.messaging import Consumer, Worker
from shared.service import Service, foundation

NAME = "scoring"
DIRECTORIES = (SHARED_MIGRATIONS, Path(__file__).parent / "sql" / "migrations")
GAUGES_SECONDS = 5.0


def build(settings: ScoringSettings) -> Service:
    """Build the service; it opens no connection."""
    base, unchanging = foundation(NAME, settings), Unchanging()
    base.http.include_router(routes(base.transactions, base.pool, unchanging))
    scores = ScoresWorker(base.transactions, base.pool, unchanging, base.clock)
    awards = AwardsWorker(base.transactions, base.pool, unchanging, base.clock)
    gauges = GaugesWorker(base.pool, base.clock)
    return Service(
        foundation=base,
        directories=DIRECTORIES,
        consumers=(access_consumer(NAME), Consumer(REGISTRY_CONSUMED, hear_registry), Consumer(REPORTS_CONSUMED, hear_reports)),
        workers=(
            Worker(SCORES_WORKER, scores.work, settings.poll_seconds),
            Worker(AWARDS_WORKER, awards.work, settings.poll_seconds),
            Worker(f"{NAME}.gauges", gauges.work, GAUGES_SECONDS),
        ),
    )
