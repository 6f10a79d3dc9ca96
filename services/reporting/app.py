"""Puts the service together: the only place where pool, broker and HTTP meet the service's own functions."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from services.reporting import api, handlers, workers
from services.reporting.acts.intake import Intake
from services.reporting.acts.periods import CLOSING_WORKER, Periods
from services.reporting.acts.returning import Reports
from services.reporting.contract import REPORTS_SENT, SCORES_TOLD
from services.reporting.settings import ReportingSettings
from services.reporting.store.plans import Plans
from shared.clock import Clock
from shared.database import SHARED_MIGRATIONS
from shared.foundation import kafka_settings
from shared.http.access import access_consumer
from shared.messaging import Consumer, Worker
from shared.service import Foundation, Service, foundation

NAME = "reporting"
DIRECTORIES = (SHARED_MIGRATIONS, Path(__file__).parent / "sql" / "migrations")
# A long poll answers before the time limit of the request cuts it off.
WAIT_MARGIN_SECONDS = 1.0


def build(settings: ReportingSettings, clock: Clock | None = None) -> Service:
    """Wire the service; opens no connection."""
    base = foundation(NAME, settings, clock)
    plans = Plans()
    intake, periods = Intake(plans), Periods(base.transactions, plans)
    desk = api.Desk(
        pool=base.pool,
        transactions=base.transactions,
        clock=base.clock,
        plans=plans,
        intake=intake,
        periods=periods,
        reports=Reports(base.transactions, plans),
        wait_seconds_max=max(0, settings.http_timeout_seconds - WAIT_MARGIN_SECONDS),
    )
    base.http.state.body_bytes_max_of = {api.BUNDLES: settings.batch_body_bytes}
    for router in api.routers(desk):
        base.http.include_router(router)
    return Service(
        foundation=base,
        directories=DIRECTORIES,
        consumers=(
            access_consumer(NAME),
            Consumer(REPORTS_SENT, handlers.hear_reports(intake)),
            Consumer(SCORES_TOLD, handlers.hear_scores),
        ),
        workers=_workers(base, settings, periods),
    )


def _workers(base: Foundation, settings: ReportingSettings, periods: Periods) -> tuple[Worker, ...]:
    closing = workers.Closing(
        pool=base.pool,
        transactions=base.transactions,
        periods=periods,
        progress=workers.IntakeProgress(kafka=kafka_settings(NAME, settings)),
        clock=base.clock,
        http_time_limit=timedelta(seconds=settings.http_timeout_seconds),
    )
    return (
        Worker(CLOSING_WORKER, closing.work, poll_seconds=0.5),
        Worker("reporting.measuring", partial(workers.measure, base.pool), poll_seconds=15),
    )
