"""A naive program scores the same report twice, does not rescore a replacement, and leaves score and suggestion of a withdrawn report."""

from tests.services.scoring.desk import Desk, names, of_type
from tests.services.scoring.trial import closed, opened, published, submitted, withdrawn


async def test_the_same_report_delivered_again_scores_once(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    report = submitted(10, "a", 1, "30", "10")
    assert names(await desk.heard(report, report)).count("score-computed") == 1
    assert await desk.heard(report) == []


async def test_a_replacement_is_scored_in_the_place_of_what_it_replaces(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    await desk.heard(submitted(10, "a", 1, "30", "10"))
    [score] = of_type(await desk.heard(submitted(11, "a", 2, "20", "10")), "score-computed")
    assert (score["report_version"], score["total"]) == (2, "30.00")


async def test_a_withdrawal_takes_score_rank_and_undecided_suggestion_with_it(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    await desk.heard(*(submitted(10 + place, agency, 1, str(40 - place), "10") for place, agency in enumerate("abc")))
    [proposal] = of_type(await desk.heard(closed(20, dict.fromkeys("abc", 1))), "award-proposed")
    assert proposal["agency"] == "a"
    said = await desk.heard(withdrawn(30, "a", 1))
    [gone] = of_type(said, "award-withdrawn")
    [ranking] = of_type(said, "ranking-published")
    rows = ranking["rows"]
    assert isinstance(rows, list)
    assert gone["proposal"] == proposal["proposal"]
    assert {row["agency"]: row["rank"] for row in rows} == {"b": 1, "c": 2, "a": None}
