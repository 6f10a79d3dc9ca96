"""The demo is run as a newcomer would run it, and what it writes is read."""

import csv
import html
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.local.demo import council
from deploy.local.demo.papi import PUBLISHED, YEARS, published_totals, read_year
from tests.end_to_end.demo_run import SECONDS_MAX, DemoRun

pytestmark = pytest.mark.timeout(SECONDS_MAX + 60)


def test_the_demo_ends_well_and_says_that_all_three_subscribers_agree(demo_run: DemoRun) -> None:
    assert demo_run.exit_code == 0, demo_run.said
    assert "All three hold the same ids." in demo_run.said


@pytest.mark.parametrize(("year", "province", "total"), PUBLISHED)
def test_the_published_totals_stand_in_the_rankings(demo_run: DemoRun, year: str, province: str, total: Decimal) -> None:
    rows = {row["name_en"]: row for row in read_ranking(demo_run.output, year)}

    assert Decimal(rows[province]["total"]) == total


@pytest.mark.parametrize("year", YEARS)
def test_every_province_of_every_year_has_the_plain_sum_of_its_published_figures_and_the_rank_that_follows(
    demo_run: DemoRun, year: str
) -> None:
    totals = published_totals(read_year(year))
    ranked = sorted((total for total in totals.values() if total is not None), reverse=True)
    expected = {province: ("", "") if total is None else (str(total), str(ranked.index(total) + 1)) for province, total in totals.items()}

    assert {row["agency"]: (row["total"], row["rank"]) for row in read_ranking(demo_run.output, year)} == expected


def test_a_province_without_a_total_has_no_rank_and_its_row_says_why(demo_run: DemoRun) -> None:
    without = [row for year in YEARS for row in read_ranking(demo_run.output, year) if not row["total"]]

    assert without
    assert all(row["rank"] == "" and row["note_vi"] and row["note_en"] for row in without)


def test_a_refused_and_a_revoked_award_say_why_in_two_languages(demo_run: DemoRun) -> None:
    page = html.unescape((demo_run.output / "index.html").read_text("utf-8"))

    for reason in (council.REFUSAL, council.REVOCATION):
        vi, _, en = reason.partition("; ")
        assert re.search(f"(không tặng|hủy quyết định tặng): {vi}", page)
        assert re.search(f"(refused|revoked): {en}", page)


def test_every_event_is_written_down_and_the_story_is_in_them(demo_run: DemoRun) -> None:
    events = [json.loads(line) for line in (demo_run.output / "events.jsonl").read_text("utf-8").splitlines()]
    names = {event["headers"].get("ce_type", "").removeprefix("vn.thidua.").removesuffix(".v1") for event in events}

    assert names >= {
        "report-returned",
        "report-rejected",
        "report-submitted",
        "score-voided",
        "ranking-published",
        "award-returned",
        "award-received",
        "award-voted",
        "award-decided",
        "award-published",
        "award-revoked",
        "period-reopened",
        "act-recorded",
    }


@pytest.mark.parametrize(
    "seen",
    [
        "từ báo cáo phiên bản 2 (chính thức)",
        "Hội đồng quyết định: tặng",
        "3 day(s) late after 1 of grace",
        "the unit reports that",
        "decided by tie-break step 1",
        "Vetoed, without loss of points",
        "second-person-needed",
        "4 proposals withdrawn (period-reopened)",
        "6/7, cần · needed 6 (recused 1) → granted",
        "vote-not-reached → refused",
        "the chain is whole and equals what was announced on registry",
        "the chain is whole and equals what was announced on awards",
    ],
)
def test_what_an_official_will_ask_about_is_shown(demo_run: DemoRun, seen: str) -> None:
    page = (demo_run.output / "index.html").read_text("utf-8")

    assert seen in html.unescape(page)


def test_the_page_needs_nothing_from_outside(demo_run: DemoRun) -> None:
    page = (demo_run.output / "index.html").read_text("utf-8")

    assert not [mark for mark in ("http://", "https://", "src=", "@import", "url(") if mark in page]


def read_ranking(output: Path, year: str) -> list[dict[str, str]]:
    """Read one of the demo's PAPI rankings."""
    (path,) = (output / "rankings").glob(f"papi-{year}-*.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
