"""The README fits one screen, and what it says of services, events and commands is what the code says."""

import re

import pytest

from shared.events import CATALOGUE, Topic
from shared.events.topics import FOR_EVER
from tests.docs.pages import CHECKOUT, page, tables

LINES_MAX = 90
DAY_MS = 24 * 3600 * 1000


def kept(topic: Topic) -> str:
    """How long a topic is kept, in words."""
    return "for ever" if topic.retention_ms == FOR_EVER else f"{int(topic.retention_ms) // DAY_MS} days"


def event_row(topic: Topic) -> tuple[str, ...]:
    """The row of a topic in the README's table."""
    name = f"`{topic.name}`" + (" (one partition)" if topic.partitions == 1 else "")
    return (name, ", ".join(topic.facts), topic.producer, topic.key, kept(topic))


def events_written() -> list[tuple[str, ...]]:
    """The rows between the two markers."""
    text = page("README.md").partition("<!-- events")[2].partition("<!-- end of events -->")[0]
    return tables(text)[0][1:]


def test_the_readme_fits_one_screen() -> None:
    assert len(page("README.md").splitlines()) <= LINES_MAX


def test_the_table_of_events_equals_the_catalogue() -> None:
    assert events_written() == [event_row(topic) for topic in CATALOGUE]


def test_every_command_of_make_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    named = {
        name for path in ("README.md", "CONTRIBUTING.md", "docs/operations.md") for name in re.findall(r"make ([a-z-]+)\b", page(path))
    }
    assert named - {"needs"} <= targets


@pytest.mark.parametrize("service", ["reporting", "scoring", "notifications"])
def test_the_table_of_services_names_each_with_its_port_and_page(service: str) -> None:
    row = next(row for table in tables(page("README.md")) for row in table if row[0] == f"[{service}](services/{service}/README.md)")
    assert row[-1] == f"`:{8101 + ['reporting', 'scoring', 'notifications'].index(service)}`"
    assert (CHECKOUT / f"services/{service}/README.md").exists()


@pytest.mark.parametrize("topic", CATALOGUE, ids=lambda topic: topic.name)
def test_the_table_of_services_says_who_says_what(topic: Topic) -> None:
    rows = [row for table in tables(page("README.md")) for row in table if row[0].startswith(f"[{topic.producer}]")]
    assert all(f"`{topic.name}`" in row[3] for row in rows)
