"""Every page: its links lead somewhere, its tables are whole, and what it says exists does exist."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, anchors, links, page, pages, prose, tables

PARTS = ("Context.", "Decision.", "Consequences.", "Look again when")
DECISIONS = sorted((CHECKOUT / "docs/decisions").glob("[0-9]*.md"))
DECISION_LINES_MAX = 30


def dead_links(path: str, text: str) -> list[str]:
    """Links of a page to files or headings that are not there."""
    found = []
    for target in links(text):
        file, _, anchor = target.partition("#")
        place = (CHECKOUT / path).parent / file if file else CHECKOUT / path
        alive = target.startswith(("http://", "https://", "mailto:")) or place.exists()
        if not alive or (anchor and place.suffix == ".md" and anchor not in anchors(place.read_text(encoding="utf-8"))):
            found.append(f"{path}: {target}")
    return found


def ragged_tables(path: str, text: str) -> list[str]:
    """Rows of tables that have more or fewer cells than their head."""
    return [f"{path}: {row}" for table in tables(text) for row in table if len(row) != len(table[0])]


@pytest.mark.parametrize("path", pages())
def test_every_link_leads_to_something(path: str) -> None:
    assert dead_links(path, page(path)) == []


@pytest.mark.parametrize("path", pages())
def test_every_table_is_whole(path: str) -> None:
    assert ragged_tables(path, page(path)) == []


@pytest.mark.parametrize("path", pages())
def test_every_page_has_one_title_and_stands_under_it(path: str) -> None:
    lines = [line for line in prose(page(path)).splitlines() if line.strip()]
    assert lines[0].startswith("# ")
    assert len([line for line in lines if line.startswith("# ")]) == 1


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_every_decision_is_short_and_has_its_four_parts(path: Path) -> None:
    text = (CHECKOUT / path).read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE) == list(PARTS)
    assert len(text.splitlines()) <= DECISION_LINES_MAX


def test_the_list_of_decisions_is_complete() -> None:
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0].partition(". ")[2] for path in DECISIONS}
    assert [row[1] for row in tables(page("docs/decisions/README.md"))[0][1:]] == [f"[{title}]({name})" for name, title in titles.items()]


def test_a_dead_link_a_dead_heading_and_a_ragged_table_are_seen() -> None:
    assert dead_links("README.md", "[a](nowhere.md) [b](LICENSE) [c](#here)\n\n# There\n") == ["README.md: nowhere.md", "README.md: #here"]
    assert ragged_tables("README.md", "| a | b |\n|---|---|\n| 1 |\n") == ["README.md: ('1',)"]
