"""Every metric of this service, with its meaning and what to do when it moves. Labels are states and outcomes: few, and fixed."""

from prometheus_client import Counter, Gauge

FEED_UNNUMBERED = Gauge(
    "thidua_notifications_feed_unnumbered",
    "Events in the feed that have no position yet. Above a few hundred for minutes: the numbering worker stands still; look at its errors.",
)
FEED_POSITION = Gauge(
    "thidua_notifications_feed_position",
    "Last position of the feed. Standing still while events come in: as above.",
)
DELIVERIES = Counter(
    "thidua_notifications_deliveries",
    "Attempts to deliver a webhook by outcome. Many that failed: GET /v1/subscriptions/{id}/deliveries says whose receiver and why.",
    ["outcome"],
)
SUBSCRIPTIONS = Gauge(
    "thidua_notifications_subscriptions",
    "Subscriptions by state, active or disabled. One more disabled: its owner must mend the receiver and subscribe anew.",
    ["state"],
)
SUBSCRIPTION_BEHIND = Gauge(
    "thidua_notifications_subscription_behind",
    "Events between the end of the feed and the cursor of the subscription furthest behind. Growing: its receiver is slow or down.",
)
LANES_PARKED = Gauge(
    "thidua_notifications_lanes_parked",
    "Agencies whose events wait because one of them could not be delivered, over all subscriptions.",
)
LANE_FAILING_SECONDS = Gauge(
    "thidua_notifications_lane_failing_seconds",
    "Since when the longest failing delivery fails. Near the give-up time: call the receiver's owner before the subscription is disabled.",
)
NOTICES = Gauge(
    "thidua_notifications_notices",
    "Notices by state. Failed or uncertain growing: look at the mail server. Not-sent growing: agencies lack a contact.",
    ["state"],
)
NOTICE_WAITING_SECONDS = Gauge(
    "thidua_notifications_notice_waiting_seconds",
    "Age of the oldest notice that waits to be sent. Growing: the mail server is away, or refuses for now.",
)
