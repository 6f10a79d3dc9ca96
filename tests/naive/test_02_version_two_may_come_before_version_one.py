"""A naive program lets the report that arrives last count."""

from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import opened, published, submitted, withdrawn


async def test_the_higher_version_counts_whatever_came_first(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    [score] = of_type(await desk.heard(submitted(11, "a", 2, "20", "10")), "score-computed")
    assert of_type(await desk.heard(submitted(10, "a", 1, "30", "10")), "score-computed") == []
    assert (score["report_version"], score["total"]) == (2, "30.00")


async def test_a_withdrawal_that_comes_before_its_report_still_voids_it(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    await desk.hear(withdrawn(12, "a", 2))
    assert of_type(await desk.heard(submitted(10, "a", 1, "30", "10"), submitted(11, "a", 2, "30", "10")), "score-computed") == []
