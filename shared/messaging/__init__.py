"""The messaging runtime: nothing lost, nothing doubled, in order for each key. What a service uses of it is what this package exports."""

from shared.messaging.consumes import Consumer, Consumes, Handler
from shared.messaging.errors import AlreadyHandled, Rejected, Unavailable, is_transient
from shared.messaging.locks import LOCKS_MAX, Lock, LockKind, TooManyLocks
from shared.messaging.outbox import RECORD_BYTES_MAX, Announcement
from shared.messaging.progress import Ends, ends_of, has_reached
from shared.messaging.records import Record
from shared.messaging.runtime import CONNECTIONS_HELD, Runtime
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.topics import WantedTopic, make_topics
from shared.messaging.transaction import Transaction, Transactions, Wake
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker

__all__ = [
    "CONNECTIONS_HELD", "LOCKS_MAX", "RECORD_BYTES_MAX", "AlreadyHandled", "Announcement", "Consumer", "Consumes", "Ends", "Handler",
    "KafkaSettings", "Limits", "Lock", "LockKind", "Record", "Rejected", "Runtime", "TooManyLocks", "Transaction", "Transactions",
    "Unavailable", "Wake", "Wakeup", "WantedTopic", "Worker", "ends_of", "has_reached", "is_transient", "make_topics",
]  # fmt: skip
