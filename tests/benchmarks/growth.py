"""What a record costs as tables grow: the runtime over the same records, with inbox and effects filled to different sizes before."""

from dataclasses import dataclass

from tests.benchmarks.competitors import RUNTIME
from tests.benchmarks.ground import Ground, Place
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.trial import trial

FILL_ROWS = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """At one size of the tables: records a second, and processor microseconds a record of the runtime and of the database."""

    rows: int
    rate: float
    runtime_microseconds: float
    postgres_microseconds: float


async def cost(ground: Ground, *, rows: int, records: int) -> Cost:
    """Fill the tables, and measure."""
    async with ground.place(await ground.heard(records)) as place:
        await fill(place, rows)
        measured = await trial(ground, place, RUNTIME, records)
    spent = measured.processor_microseconds
    return Cost(rows=rows, rate=measured.rate, runtime_microseconds=spent["competitor"], postgres_microseconds=spent["postgres"])


async def fill(place: Place, rows: int) -> None:
    """Make it look as if so many reports had been read before, by the same consumer."""
    for start in range(1, rows + 1, FILL_ROWS):
        end = min(start + FILL_ROWS - 1, rows)
        await place.database.execute(QUERIES.fill_effects, start, end)
        await place.database.execute(QUERIES.fill_inbox, place.task.group, start, end)
    await place.database.execute(QUERIES.settle_down)
    await place.database.execute(QUERIES.write_all)
