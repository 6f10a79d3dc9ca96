"""The chain of acts shows where it was touched."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.scoring.domain.acts import Act, Link, first_broken, linked


def act(subject: str) -> Act:
    at = datetime(2023, 8, 25, 3, tzinfo=UTC)
    return Act(kind="award-decided", movement="m", subject=subject, actor="council-1", at=at, facts={"outcome": "granted"})


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for place in range(length):
        links.append(linked(act(f"proposal-{place}"), links[-1] if links else None))
    return links


def test_an_untouched_chain_is_whole() -> None:
    assert first_broken(chain(5)) is None
    assert first_broken([]) is None


@pytest.mark.parametrize("place", range(1, 5))
def test_a_link_that_was_removed_shows_at_its_place(place: int) -> None:
    links = chain(6)
    del links[place - 1]
    assert first_broken(links) == place


def test_an_act_that_was_altered_shows_at_its_place() -> None:
    links = chain(5)
    links[2] = replace(links[2], act=act("another"))
    assert first_broken(links) == 3


def test_a_link_that_was_slipped_in_shows_at_its_place() -> None:
    links = chain(5)
    links.insert(2, linked(act("another"), links[1]))
    assert first_broken(links) == 4


def test_equal_acts_at_different_places_have_different_hashes() -> None:
    first = linked(act("same"), None)
    assert linked(act("same"), first).hash != first.hash
