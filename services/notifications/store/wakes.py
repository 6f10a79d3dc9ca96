"""Names of the workers that a write wakes."""

NUMBERING = "notifications.numbering"
FEED_MOVED = "notifications.feed-moved"
WEBHOOKS = "notifications.webhooks"
MAIL = "notifications.mail"
