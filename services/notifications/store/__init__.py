"""Rows ↔ domain values: the feed, the subscriptions that read it, and the notices."""

from services.notifications.store.attempts import LoggedAttempt, list_attempts, log_attempts, prune_attempts
from services.notifications.store.contacts import Contact, find_contact, keep_agencies, keep_contact
from services.notifications.store.feed import append_to_feed, feed_bounds, number_feed, prune_feed, read_feed
from services.notifications.store.leases import TakenSubscription, keep_leases, keep_progress, parked_lanes, take_due_subscriptions
from services.notifications.store.measures import Measures, measure
from services.notifications.store.moves import FeedMoves, wait_for_move
from services.notifications.store.notices import (
    ListedNotice,
    TakenNotice,
    append_notices,
    doubt_stale_notices,
    list_notices,
    prune_notices,
    settle_notice,
    take_due_notice,
)
from services.notifications.store.subscriptions import (
    NewSubscription,
    Subscription,
    delete_subscription,
    list_subscriptions,
    make_subscription,
)
from services.notifications.store.wakes import FEED_MOVED, MAIL, NUMBERING, WEBHOOKS

__all__ = [
    "FEED_MOVED", "MAIL", "NUMBERING", "WEBHOOKS", "Contact", "FeedMoves", "ListedNotice", "LoggedAttempt", "Measures", "NewSubscription",
    "Subscription", "TakenNotice", "TakenSubscription", "append_notices", "append_to_feed", "delete_subscription", "doubt_stale_notices",
    "feed_bounds", "find_contact", "keep_agencies", "keep_contact", "keep_leases", "keep_progress", "list_attempts", "list_notices",
    "list_subscriptions", "log_attempts", "make_subscription", "measure", "number_feed", "parked_lanes", "prune_attempts", "prune_feed",
    "prune_notices", "read_feed", "settle_notice", "take_due_notice", "take_due_subscriptions", "wait_for_move",
]  # fmt: skip
