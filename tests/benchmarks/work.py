"""The work that all competitors do: read a report of about 600 bytes with 10 values, check it, total it, store it, announce it.

Only pydantic is needed here: one competitor lives in an environment of its own. What is stored and sent is the same, byte for byte.
"""

import json
import zlib
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

AGENCIES = 700  # about as many as Vietnam has districts
VALUES = 10
TYPE = "bench.report-totalled.v1"
SOURCE = "/bench"
REPORTER = "/bench/source"
TIME = "2023-07-05T02:15:00Z"

Code = Annotated[str, Field(min_length=1, max_length=200)]


class State(StrEnum):
    """Given, missing and not applicable are three different things."""

    GIVEN = "given"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"


class Value(BaseModel):
    """What an agency reports for one criterion."""

    model_config = ConfigDict(frozen=True)

    state: State
    value: Decimal | None = None


class Report(BaseModel):
    """A report as it arrives."""

    model_config = ConfigDict(frozen=True)

    id: Code
    source: Code
    agency: Code
    period: Code
    version: int = Field(ge=1, le=1_000_000)
    values: dict[Code, Value] = Field(min_length=1, max_length=1_000)

    @cached_property
    def total(self) -> Decimal:
        """Sum up the values that are given."""
        return sum((value.value for value in self.values.values() if value.value is not None), Decimal(0))

    @property
    def stored(self) -> str:
        """The values as the database keeps them."""
        return self.model_dump_json(include={"values"})


class Totalled(BaseModel):
    """What is announced of a report."""

    model_config = ConfigDict(frozen=True)

    agency: str
    period: str
    version: int
    total: Decimal


def report_written(number: int) -> bytes:
    """Write the report of this number; all benchmarks begin at 0, so that they read the same records."""
    values = {f"criterion-{n}": {"state": "given", "value": f"{(number * 7 + n * 13) % 10_000 / 100:.2f}"} for n in range(VALUES)}
    head = {"id": id_of(number), "source": REPORTER, "agency": agency_of(number), "period": "2023", "version": 1 + number // AGENCIES}
    return json.dumps({**head, "values": values}, separators=(",", ":")).encode()


def id_of(number: int) -> str:
    """Name a report as senders do: at random, for an index that only ever grows at its end would look too quick."""
    return f"{zlib.crc32(str(number).encode()):08x}-{number:08}"


def number_in(id_: str) -> int:
    """Tell the number of a report by its id."""
    return int(id_.rpartition("-")[2])


def agency_of(number: int) -> str:
    """Name the agency whose report it is: the key of its record, and of what is announced."""
    return f"ha-nam.district-{number % AGENCIES:04}"


def totalled(report: Report) -> bytes:
    """Write what is announced of a report."""
    return Totalled(agency=report.agency, period=report.period, version=report.version, total=report.total).model_dump_json().encode()


def headers_of(id_: str, agency: str) -> dict[str, str]:
    """Give the headers of what is announced, besides those that a framework adds of its own accord."""
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": id_,
        "ce_type": TYPE,
        "ce_source": SOURCE,
        "ce_subject": agency,
        "ce_time": TIME,
    }
