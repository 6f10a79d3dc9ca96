"""Story A: ten years of published PAPI figures, half over HTTP and half over Kafka, and the totals held against the published ones."""

import asyncio
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from deploy.local.demo.client import Client, DemoFailed, wait_until
from deploy.local.demo.outcome import Ranking, read_ranking
from deploy.local.demo.sending import Intake, Report, send_over_http
from shared.plan.types import Plan

DATA = Path(__file__).parent.parent / "data" / "papi"
YEARS = tuple(str(year) for year in range(2011, 2021))
SOURCE_HTTP = "papi-http"
SOURCE_KAFKA = "papi-kafka"
CLOSE_REASON = "Số liệu cả năm đã công bố đầy đủ; demonstration on published figures"
PLACES = Decimal("0.0001")
PUBLISHED = (("2019", "Ben Tre", Decimal("46.7428")), ("2020", "Quang Ninh", Decimal("48.8114")), ("2019", "Ha Nam", Decimal("45.4560")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One province in one year: its code, the same in the file and in the plan, and its published values, None where a cell is blank."""

    year: str
    province: str
    values: dict[str, Decimal | None]


def read_year(year: str) -> list[Row]:
    """Read one year of the published figures."""
    with (DATA / f"{year}.csv").open(encoding="utf-8", newline="") as lines:
        rows = [dict(row) for row in csv.DictReader(lines)]
    return [Row(year=year, province=row.pop("Province"), values={code: _cell(text) for code, text in row.items()}) for row in rows]


def published_totals(rows: Sequence[Row]) -> dict[str, Decimal | None]:
    """Add up the cells of each province, knowing nothing of plans: None where a cell that others have is blank."""
    measured = {code for row in rows for code, value in row.values.items() if value is not None}
    return {row.province: _sum(row, measured) for row in rows}


def _sum(row: Row, measured: set[str]) -> Decimal | None:
    cells = [row.values[code] for code in measured]
    if any(cell is None for cell in cells):
        return None
    return sum((cell for cell in cells if cell is not None), Decimal(0)).quantize(PLACES, ROUND_HALF_UP)


def _cell(text: str) -> Decimal | None:
    return Decimal(text) if text.strip() else None


def reports_of(plan: Plan, years: Sequence[str]) -> Iterator[Report]:
    """Make one report of each province and year."""
    for year in years:
        for row in read_year(year):
            yield Report(
                id=f"papi-{year}-{row.province}",
                movement=plan.movement,
                period=year,
                agency=row.province,
                version=1,
                values=dict(row.values),
            )


async def send_all(client: Client, intake: Intake, reports: Sequence[Report]) -> None:
    """Send every other report over HTTP and the rest over Kafka, at the same time."""
    over_http = [send_over_http(client, report, SOURCE_HTTP) for report in reports[::2]]
    answers, _ = await asyncio.gather(asyncio.gather(*over_http), intake.send(SOURCE_KAFKA, reports[1::2]))
    refused = [answer for answer in answers if not answer.is_success]
    if refused:
        raise DemoFailed(f"{len(refused)} reports were refused, the first with: {refused[0].text[:500]}")


async def open_periods(client: Client, plan: Plan, years: Sequence[str]) -> None:
    """Open the periods: from now on their members are frozen."""
    for year in years:
        await client.post("reporting", f"/v1/movements/{plan.movement}/periods/{year}/open", {}, role="standing-body")


async def wait_for_scores(client: Client, plan: Plan, years: Sequence[str], expected: int) -> None:
    """Wait until every report of every year has its score."""

    async def all_scored() -> bool:
        found = [await count_scores(client, plan, year) for year in years]
        return sum(found) == expected

    await wait_until(f"{expected} scores of {plan.movement}", all_scored)


async def count_scores(client: Client, plan: Plan, year: str) -> int:
    """Count the scores of a year, with or without a total."""
    scores = await client.get("scoring", f"/v1/scores/{plan.movement}/{year}", role="observer", limit=200)
    return len(scores["items"])


async def close_periods(client: Client, plan: Plan, years: Sequence[str]) -> list[Ranking]:
    """Close all periods, and wait for the final ranking of each."""
    for year in years:
        await client.post(
            "reporting", f"/v1/movements/{plan.movement}/periods/{year}/close", {"reason": CLOSE_REASON}, role="standing-body"
        )
    return [await final_ranking(client, plan, year, plan.clusters[0].code) for year in years]


async def final_ranking(client: Client, plan: Plan, period: str, cluster: str) -> Ranking:
    """Wait for the final ranking of a cluster."""

    async def published() -> Ranking | None:
        ranking = await read_ranking(client, plan, period, cluster)
        return ranking if ranking is not None and ranking.state == "final" else None

    found: Ranking = await wait_until(f"the final ranking of {plan.movement} {period} {cluster}", published)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Totals of the platform held against sums made without it."""

    compared: int
    without_total: int
    differing: tuple[str, ...]


def compare(rankings: Sequence[Ranking]) -> Comparison:
    """Hold each total against the plain sum of the published figures."""
    held = [pair for ranking in rankings for pair in _side_by_side(ranking)]
    return Comparison(
        compared=len(held),
        without_total=sum(expected is None for _, _, expected in held),
        differing=tuple(f"{what}: {total} instead of {expected}" for what, total, expected in held if total != expected),
    )


def _side_by_side(ranking: Ranking) -> Iterator[tuple[str, Decimal | None, Decimal | None]]:
    """Give for each province the platform's total and the published one."""
    totals = {row.agency: row.total for row in ranking.rows}
    for province, expected in published_totals(read_year(ranking.period)).items():
        yield f"{ranking.period} {province}", totals.get(province), expected


async def run(client: Client, intake: Intake, plan: Plan) -> list[Ranking]:
    """Run story A from open periods to final rankings."""
    await open_periods(client, plan, YEARS)
    reports = list(reports_of(plan, YEARS))
    await send_all(client, intake, reports)
    await wait_for_scores(client, plan, YEARS, len(reports))
    return await close_periods(client, plan, YEARS)
