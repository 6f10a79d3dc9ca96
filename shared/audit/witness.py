"""Reads table and witness in an order in which nothing that happens meanwhile can look like a fault.

First how far the table goes, then what waits for the relay, then the topic, then the rows: a row of the first look was announced or waits;
what was announced has a row in the last look.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from shared.audit.chain import Chain, Reads, Table, Witness
from shared.database import load_queries
from shared.events.envelope import read_event
from shared.events.fields import ActRecorded
from shared.events.topics import FACT_BY_TYPE, TYPE_BY_FACT
from shared.messaging import KafkaSettings, Record, Rejected
from shared.messaging.history import records_of

QUERIES = load_queries(Path(__file__).parent / "sql" / "queries.sql")
PAGE = 1_000
TYPE = TYPE_BY_FACT[ActRecorded]
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)


async def table_and_witness(reads: Reads, kafka: KafkaSettings, chain: Chain) -> tuple[Table, Witness]:
    """Read both; raises TimeoutError and KafkaError where the topic can not be read."""
    row = await reads.fetchrow(QUERIES.last_act_place)
    judged = int(row["place"]) if row else 0
    waiting = [
        FACT_BY_TYPE[TYPE].model_validate_json(each["payload"]) for each in await reads.fetch(QUERIES.waiting_acts, chain.topic, TYPE)
    ]
    told = [fact async for fact in announced(kafka, chain)]
    rows, unreadable = await rows_of(reads, chain)
    facts = [*told, *(fact for fact in waiting if isinstance(fact, ActRecorded))]
    return Table(rows={fact.sequence: fact for fact in rows}, judged=judged, unreadable=unreadable), Witness.of(facts)


async def announced(kafka: KafkaSettings, chain: Chain) -> AsyncIterator[ActRecorded]:
    """The acts of the service on its topic, in the order in which they were announced."""
    async for record in records_of(kafka, chain.topic):
        fact = act_in(record)
        if fact is not None and fact.service == chain.service:
            yield fact


def act_in(record: Record) -> ActRecorded | None:
    """The act that a record tells; none where it tells something else or nothing that can be read."""
    if dict(record.headers).get("ce_type") != TYPE.encode():
        return None
    try:
        data = read_event(record).data
    except Rejected:
        return None
    return data if isinstance(data, ActRecorded) else None


async def rows_of(reads: Reads, chain: Chain) -> tuple[Sequence[ActRecorded], frozenset[int]]:
    """All rows, page by page; a row that is no act any more is found by reading one at a time."""
    rows, unreadable, place, limit = list[ActRecorded](), set[int](), 0, PAGE
    while (found := await page_of(reads, chain, place, limit)) != []:
        if found is None and limit == 1:
            unreadable.add(place + 1)
            place, limit = place + 1, PAGE
        elif found is None:
            limit = 1
        else:
            rows.extend(found)
            place = found[-1].sequence
    return rows, frozenset(unreadable)


async def page_of(reads: Reads, chain: Chain, place: int, limit: int) -> list[ActRecorded] | None:
    """Some rows, on from a place; none where one of them is no act any more."""
    try:
        return list(await chain.acts_after(reads, place, limit))
    except UNREADABLE:
        return None
