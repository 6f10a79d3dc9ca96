"""Puts the service together: the only place where pool, mail server and HTTP meet the service's own functions."""

import random
import ssl
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.notifications import api, store, workers
from services.notifications.contract import CONSUMES
from services.notifications.domain.deliveries import Patience
from services.notifications.domain.notices import MailPatience
from services.notifications.handlers import tell
from services.notifications.settings import NotificationsSettings
from shared.clock import Clock
from shared.database import SHARED_MIGRATIONS
from shared.foundation import STARTING
from shared.http.access import access_consumer
from shared.messaging import Consumer, Worker
from shared.service import Foundation, Service, foundation

NAME = "notifications"
DIRECTORIES = (SHARED_MIGRATIONS, Path(__file__).parent / "sql" / "migrations")
ATTEMPTS_KEPT = timedelta(days=30)
WAIT_MARGIN_SECONDS = 5.0


def build(settings: NotificationsSettings, clock: Clock | None = None) -> Service:
    """Wire the service; opens no connection."""
    base = foundation(NAME, settings, clock)
    moves = store.FeedMoves()
    _routes(base, settings, moves)
    return Service(
        foundation=base,
        directories=DIRECTORIES,
        consumers=(access_consumer(NAME), Consumer(CONSUMES, tell)),
        workers=_workers(base, settings, moves),
    )


def _routes(base: Foundation, settings: NotificationsSettings, moves: store.FeedMoves) -> None:
    waiting = api.Waiting(
        moves=moves,
        seconds_max=max(settings.http_timeout_seconds - WAIT_MARGIN_SECONDS, 0),
        readers_max=settings.feed_waiters,
        closing=lambda: STARTING in base.readiness.missing,
    )
    receivers = api.Receivers(
        allow_private=settings.webhook_allow_private, resolve=workers.resolve, owned_max=settings.webhook_subscriptions
    )
    base.http.include_router(api.feed_routes(base.pool, waiting))
    base.http.include_router(api.subscription_routes(base.pool, base.transactions, receivers))
    base.http.include_router(api.contact_routes(base.pool, base.transactions))


def _workers(base: Foundation, settings: NotificationsSettings, moves: store.FeedMoves) -> tuple[Worker, ...]:
    courier = workers.Courier(_delivery(base, settings), base.transactions, moves, workers.CourierLimits.for_turns(settings.webhook_turns))
    mail = workers.MailRound(
        transactions=base.transactions,
        clock=base.clock,
        letters=workers.Letters(),
        server=mail_server(settings),
        patience=_mail_patience(settings),
        operator_email=settings.operator_email,
    )
    keep = workers.Keep(
        feed=timedelta(days=settings.feed_retention_days),
        attempts=ATTEMPTS_KEPT,
        notices=timedelta(days=settings.notice_retention_days),
    )
    return (
        Worker(store.NUMBERING, partial(workers.number, base.transactions), poll_seconds=1),
        Worker(store.FEED_MOVED, partial(workers.tell_moved, moves), poll_seconds=1),
        Worker(store.WEBHOOKS, courier.work, poll_seconds=1),
        Worker(store.MAIL, mail.work, poll_seconds=2),
        Worker("notifications.forgetting", partial(workers.forget, base.transactions, keep), poll_seconds=60),
        Worker("notifications.measuring", partial(workers.keep_measuring, base.pool, base.clock), poll_seconds=5),
    )


def _delivery(base: Foundation, settings: NotificationsSettings) -> workers.Delivery:
    tls = ssl.create_default_context()
    if settings.webhook_ca_file is not None:
        tls.load_verify_locations(settings.webhook_ca_file)
    sender = workers.Sender(
        allow_private=settings.webhook_allow_private,
        seconds_max=settings.webhook_timeout_seconds,
        connections_max=2 * settings.webhook_turns,
        tls=tls,
    )
    patience = Patience(
        first_wait=timedelta(seconds=settings.webhook_first_wait_seconds),
        longest_wait=timedelta(seconds=settings.webhook_longest_wait_seconds),
        give_up_after=timedelta(hours=settings.webhook_give_up_hours),
    )
    return workers.Delivery(pool=base.pool, sender=sender, clock=base.clock, patience=patience, chance=random.random)


def _mail_patience(settings: NotificationsSettings) -> MailPatience:
    return MailPatience(
        attempts_max=settings.mail_attempts,
        first_wait=timedelta(seconds=10),
        longest_wait=timedelta(hours=1),
        age_max=timedelta(days=settings.mail_age_days),
    )


def mail_server(settings: NotificationsSettings) -> workers.MailServer | None:
    """Read the mail server out of its URL."""
    if settings.smtp_url is None:
        return None
    url = urlsplit(settings.smtp_url.get_secret_value())
    return workers.MailServer(
        host=url.hostname or "",
        port=url.port or 25,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        tls=url.scheme == "smtps",
        sender=settings.mail_from,
        seconds_max=settings.smtp_timeout_seconds,
    )
