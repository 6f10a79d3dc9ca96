"""What is done because it is due: numbering the feed, sending webhooks and mail, forgetting what is old, measuring."""

from services.notifications.workers.courier import Courier, CourierLimits
from services.notifications.workers.housekeeping import Keep, forget, keep_measuring, number, tell_moved
from services.notifications.workers.letters import Letters
from services.notifications.workers.mail import MailRound
from services.notifications.workers.sending import Sender, resolve
from services.notifications.workers.smtp import MailServer
from services.notifications.workers.turn import Delivery

__all__ = [
    "Courier", "CourierLimits", "Delivery", "Keep", "Letters", "MailRound", "MailServer", "Sender", "forget", "keep_measuring", "number",
    "resolve", "tell_moved",
]  # fmt: skip
