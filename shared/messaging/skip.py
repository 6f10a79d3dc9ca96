"""Going past a record that the client library can not decode: only on an operator's word, for one place, after the record was kept."""

from dataclasses import dataclass

from shared.messaging.sql import QUERIES
from shared.messaging.transaction import Database, Transaction

ANSWER_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A consumer that stands at one offset of a partition may go on at another."""

    consumer: str
    topic: str
    partition: int
    from_offset: int
    to_offset: int


async def allow(transaction: Transaction, skip: Skip) -> None:
    """Note that the consumer may go on; whoever has the partition looks for it while it is stuck."""
    place = (skip.consumer, skip.topic, skip.partition, skip.from_offset)
    await transaction.connection.execute(QUERIES.allow_skip, *place, skip.to_offset, transaction.now)


class Skips:
    """What one consumer may skip."""

    def __init__(self, database: Database, consumer: str) -> None:
        self._database = database
        self._consumer = consumer

    async def beyond(self, topic: str, partition: int, position: int) -> int | None:
        """Where the consumer may go on from this place; None where nobody said so."""
        offset: int | None = await self._database.fetchval(
            QUERIES.find_skip, self._consumer, topic, partition, position, timeout=ANSWER_SECONDS_MAX
        )
        return offset

    async def done(self, topic: str, partition: int, position: int) -> None:
        """Forget what was skipped."""
        await self._database.execute(QUERIES.forget_skip, self._consumer, topic, partition, position, timeout=ANSWER_SECONDS_MAX)
