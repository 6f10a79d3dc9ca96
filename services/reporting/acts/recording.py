"""An act of legal weight is put on the chain in the transaction that does it, and told, so that the topic witnesses the table."""

from services.reporting.contract.acts_told import told_act
from services.reporting.contract.telling import Saying
from services.reporting.domain.chain import Act, Link, appended
from services.reporting.store import registry as store
from shared.messaging import Announcement, Transaction


async def linked(transaction: Transaction, act: Act) -> Link:
    """Append the act to the chain; the transaction holds the chain's lock."""
    link = appended(act, await store.last_act(transaction.connection))
    await store.keep_act(transaction.connection, link)
    return link


async def recorded(transaction: Transaction, saying: Saying, act: Act, revision: int) -> Announcement:
    """Append the act to the chain, and return what tells of it."""
    return told_act(saying, await linked(transaction, act), revision)
