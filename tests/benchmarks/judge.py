"""The judge: each report has its one effect and its announcement, right in every byte, first ones in order for each key."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from aiokafka import ConsumerRecord

from tests.benchmarks.ground import Place
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.work import REPORTER, Report, agency_of, headers_of, id_of, number_in, report_written, totalled


class WorkWrong(Exception):
    """A competitor did not do the whole work, or did it wrong: its time says nothing."""


def judge_announcements(said: Sequence[ConsumerRecord], records: int) -> int:
    """Check all that stands on the topic; give how many announcements were repeated."""
    seen: Counter[int] = Counter()
    highest: dict[bytes, int] = {}
    for record in said:
        number = number_of(record)
        if not seen[number] and number < highest.get(record.key, -1):
            raise WorkWrong(f"report {number} of {record.key!r} was announced after {highest[record.key]}")
        if not is_right(record, number):
            raise WorkWrong(f"report {number} was announced wrongly: {record}")
        highest[record.key] = max(number, highest.get(record.key, -1))
        seen[number] += 1
    if seen.keys() != set(range(records)):
        raise WorkWrong(f"{len(seen)} reports were announced, not the {records} that were sent")
    return seen.total() - len(seen)


def number_of(record: ConsumerRecord) -> int:
    """Tell which report an announcement is of."""
    return number_in(dict(record.headers)["ce_id"].decode())


def is_right(record: ConsumerRecord, number: int) -> bool:
    """Tell whether an announcement says what it should, under the right key."""
    wanted = {(name, text.encode()) for name, text in headers_of(id_of(number), agency_of(number)).items()}
    value, _ = expected(number)
    return record.value == value and record.key == agency_of(number).encode() and wanted <= set(record.headers)


async def judge_effects(place: Place, records: int) -> None:
    """Check that each report was stored once, and rightly: the sums agree."""
    row = await place.database.fetchrow(QUERIES.count_effects, REPORTER)
    total = sum((expected(number)[1] for number in range(records)), Decimal(0))
    if (row["rows"], row["total"]) != (records, total):
        raise WorkWrong(f"{row['rows']} effects with the sum {row['total']}, not {records} with {total}")


@cache
def expected(number: int) -> tuple[bytes, Decimal]:
    """What is to be announced of a report, and its total."""
    report = Report.model_validate_json(report_written(number))
    return totalled(report), report.total
