"""What is done because it was asked: the feed is read, subscriptions are made, contacts are set, notices are looked at."""

from services.notifications.api.contacts import contact_routes
from services.notifications.api.feed import Waiting, feed_routes
from services.notifications.api.receivers import Receivers
from services.notifications.api.subscriptions import subscription_routes

__all__ = ["Receivers", "Waiting", "contact_routes", "feed_routes", "subscription_routes"]
