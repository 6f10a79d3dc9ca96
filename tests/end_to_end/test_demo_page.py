"""The demo's page is looked at in a real browser, as a person would."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.end_to_end.demo_run import SECONDS_MAX, DemoRun

pytestmark = [pytest.mark.tools, pytest.mark.timeout(SECONDS_MAX + 60)]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def problems() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture(scope="module")
def page(demo_run: DemoRun, problems: list[str]) -> Iterator[Page]:
    """The demo's page in Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda failure: problems.append(str(failure)))
        opened.goto((demo_run.output / "index.html").as_uri())
        yield opened
        browser.close()


def test_the_page_opens_without_an_error_and_shows_ten_years(page: Page, problems: list[str]) -> None:
    assert problems == []
    assert page.locator("#papi details").count() == 10
    assert page.locator("#papi details[open] tbody tr").count() == 63


def test_the_page_says_that_ha_nam_is_illustrative(page: Page) -> None:
    assert page.locator("#ha-nam .notice").is_visible()
    assert "Minh họa" in page.locator("#ha-nam .notice").inner_text()


def test_the_bar_chart_has_a_bar_for_each_ranked_district_and_no_bar_leaves_the_picture(page: Page) -> None:
    chart = page.locator("#ha-nam svg")
    frame = chart.bounding_box()
    assert frame is not None
    bars = [bar.bounding_box() for bar in chart.locator("rect").all()]
    assert len({round(bar["y"]) for bar in bars if bar}) == page.locator("#ha-nam table").first.locator("tbody tr").count()
    assert all(bar["x"] >= frame["x"] and bar["x"] + bar["width"] <= frame["x"] + frame["width"] for bar in bars if bar)


def test_the_story_of_one_unit_explains_each_point_in_two_languages(page: Page) -> None:
    rows = page.locator("#points tbody tr")
    assert rows.count() > 10
    explained = rows.first.locator("td").nth(2).inner_text()
    assert len(explained.splitlines()) == 2


def test_what_the_council_did_and_the_record_of_acts_are_on_the_page(page: Page) -> None:
    assert "6/7" in page.locator("#proposals").inner_text()
    assert page.locator("#audits li").count() == 4


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
