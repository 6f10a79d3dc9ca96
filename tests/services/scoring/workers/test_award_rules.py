"""Rules that look beyond one cluster and one period, on the real database: quotas, years between awards, awards over the movement."""

from collections.abc import Sequence

import pytest

from services.scoring.acts.cases import load
from services.scoring.acts.judging import Judging
from services.scoring.domain.heard import ClusterKey
from shared.messaging import Record
from shared.plan.document import read_plan
from shared.plan.types import Plan
from tests.services.scoring import trial
from tests.services.scoring.desk import NORTH_KEY, Desk, names, of_type
from tests.services.scoring.trial import closed, opened, published, reopened, returned, submitted

SOUTH = ("x", "y")
HEAD = trial.PLAN.format(version=1, maximum=50, test="false").partition("awards:")[0]
TWO_YEARS = HEAD.replace("periods:\n", "periods:\n  - {code: '2022', from: 2022-01-01, to: 2022-12-31, due: 2023-07-05}\n")
WITH_WORDS = "form_vi: Bằng khen, form_en: Certificate, decided_by_vi: Hội đồng, decided_by_en: The council"


def plan_with(rules: Sequence[str], more: str = "", head: str = HEAD) -> Plan:
    awards = "".join(f"  - {{code: {code}, {WITH_WORDS}, {what}}}\n" for code, _, what in (one.partition(": ") for one in rules))
    return read_plan(f"{head}{more}awards:\n{awards}")


async def begin(desk: Desk, plan: Plan, revision: int = 1) -> None:
    """Both clusters open, everybody reported: a 50, b 49, c 48, x 47, y 46."""
    await desk.heard(published(revision, plan), opened(revision + 1, of=plan), opened(revision + 2, "south", SOUTH, of=plan))
    works = {agency: str(40 - place) for place, agency in enumerate("abcxy")}
    await desk.heard(*(submitted(revision + 10 + place, agency, 1, works[agency], "10") for place, agency in enumerate(works)))


def close(revision: int, **other: int) -> tuple[Record, Record]:
    return closed(revision, {**dict.fromkeys("abc", 1), **other}), closed(revision + 1, dict.fromkeys(SOUTH, 1), "south")


def reopen(revision: int) -> tuple[Record, Record]:
    return reopened(revision), reopened(revision + 1, "south")


def who(said: Sequence[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["agency"], one["rule"]) for one in said]


FIRST = "selection: {kind: first, count: 1, among: qualified, ties: exclude}"


async def test_a_quota_spans_the_clusters_and_who_was_cut_moves_up_when_another_cluster_changes(desk: Desk) -> None:
    await begin(desk, plan_with([f"w: {FIRST}, quota: 1"]))
    assert who(of_type(await desk.heard(*close(20)), "award-proposed")) == [("a", "w")]
    said = await desk.heard(returned(30, "a", 1), returned(31, "b", 1), returned(32, "c", 1))
    assert who(of_type(said, "award-withdrawn")) == [("a", "w")]
    assert who(of_type(said, "award-proposed")) == [("x", "w")]  # nothing moved in its own cluster


async def test_a_quota_is_drawn_over_all_clusters_also_when_each_is_judged_in_a_step_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.scoring.acts.cases.CLUSTERS_MAX", 1)
    await begin(desk, plan_with(["w: selection: all-qualified, quota: 4"]))
    said = of_type(await desk.heard(*close(20)), "award-proposed")
    assert sorted(who(said)) == [("a", "w"), ("b", "w"), ("c", "w"), ("x", "w")]
    assert await desk.rows("SELECT FROM period_cluster WHERE awards_due") == []


async def test_what_was_judged_over_a_quota_is_not_judged_again_while_nothing_moves(desk: Desk) -> None:
    await begin(desk, plan_with([f"w: {FIRST}, quota: 1"]))
    await desk.heard(*close(20))
    assert not await desk.awards.work()
    before = await desk.said_count()
    await desk.work()
    assert await desk.said_count() == before
    stamps = await desk.rows("SELECT awards_over_period, awards_over_movement FROM period_cluster")
    assert all(row["awards_over_period"] and row["awards_over_movement"] is None for row in stamps)


async def test_a_veto_takes_the_leader_out_and_the_next_one_is_suggested(desk: Desk) -> None:
    veto = "vetoes: [{code: v, sentence_vi: v, sentence_en: v, subject: value, criterion: works, comparison: at-least, limit: 40}]\n"
    await begin(desk, plan_with([f"w: {FIRST}"], veto))
    assert who(of_type(await desk.heard(*close(20)), "award-proposed")) == [("b", "w"), ("x", "w")]


async def test_one_achievement_is_suggested_for_one_award(desk: Desk) -> None:
    await begin(desk, plan_with([f"lesser: {FIRST}, not_beside: [best]", f"best: {FIRST}, clusters: [north]"]))
    said = of_type(await desk.heard(*close(20)), "award-proposed")
    assert sorted(who(said)) == [("a", "best"), ("b", "lesser"), ("x", "lesser")]


async def grant(desk: Desk, agency: str) -> None:
    await desk.pool.execute("UPDATE proposal SET state = 'granted', stage = 'granted' WHERE agency = $1", agency)


async def test_an_award_that_stands_bars_the_next_one_and_a_revoked_one_does_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_with([f"w: {FIRST}, again_after_years: 2"], head=TWO_YEARS)
    with monkeypatch.context() as last_year:
        last_year.setattr(trial, "PERIOD", "2022")
        await begin(desk, plan)
        assert who(of_type(await desk.heard(*close(20)), "award-proposed")) == [("a", "w"), ("x", "w")]
    await grant(desk, "a")
    await grant(desk, "x")
    await desk.pool.execute("UPDATE proposal SET state = 'revoked', stage = 'revoked' WHERE agency = 'x'")
    await begin(desk, plan, 101)
    assert who(of_type(await desk.heard(*close(120)), "award-proposed")) == [("b", "w"), ("x", "w")]


OVERALL = [f"m: {FIRST}, covers: movement", f"w: {FIRST}"]


async def test_an_award_over_the_movement_waits_for_every_period_and_is_made_in_the_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_with(OVERALL, head=TWO_YEARS)
    await begin(desk, plan)
    assert who(of_type(await desk.heard(*close(20)), "award-proposed")) == [("a", "w"), ("x", "w")]
    with monkeypatch.context() as last_year:
        last_year.setattr(trial, "PERIOD", "2022")
        await begin(desk, plan, 101)
        await desk.heard(submitted(118, "b", 2, "50", "10"))
        said = of_type(await desk.heard(*close(120, b=2)), "award-proposed")
    assert [(one["agency"], one["rule"], one["period"], one["total"]) for one in said if one["rule"] == "m"] == [
        ("b", "m", "2023", "109.00"),
        ("x", "m", "2023", "94.00"),
    ]


async def test_a_suggestion_over_the_movement_falls_with_a_score_of_an_earlier_period_and_comes_back_when_all_is_final(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_with(OVERALL, head=TWO_YEARS)
    await begin(desk, plan)
    await desk.heard(*close(20))
    monkeypatch.setattr(trial, "PERIOD", "2022")
    await begin(desk, plan, 101)
    await desk.heard(*close(120))
    withdrawn = of_type(await desk.heard(*reopen(130)), "award-withdrawn")
    assert [(one["agency"], one["period"], one["cause"]) for one in withdrawn if one["rule"] == "m"] == [
        ("a", "2023", "period-reopened"),
        ("x", "2023", "period-reopened"),
    ]
    await desk.heard(submitted(140, "c", 2, "50", "50"))
    again = of_type(await desk.heard(*close(150, c=2)), "award-proposed")
    assert [(one["agency"], one["total"]) for one in again if one["rule"] == "m"] == [("c", "148.00"), ("x", "94.00")]


async def test_a_granted_award_over_the_movement_is_flagged_when_an_earlier_period_moves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_with(OVERALL[:1], head=TWO_YEARS)
    await begin(desk, plan)
    await desk.heard(*close(20))
    monkeypatch.setattr(trial, "PERIOD", "2022")
    await begin(desk, plan, 101)
    await desk.heard(*close(120))
    await grant(desk, "a")
    await desk.heard(*reopen(130))
    [kept] = await desk.rows("SELECT state, flagged_revision FROM proposal WHERE agency = 'a'")
    [score] = await desk.rows("SELECT revision FROM score WHERE agency = 'a' AND period = '2022' AND is_current")
    assert (kept["state"], kept["flagged_revision"]) == ("granted", score["revision"])


@pytest.mark.parametrize(("works", "again"), [("40", []), ("41", [("a", "w")])])
async def test_a_refused_unit_is_suggested_again_after_a_reopening_only_on_another_total(
    desk: Desk, works: str, again: list[tuple[str, str]]
) -> None:
    await begin(desk, plan_with([f"w: {FIRST}, clusters: [north]"]))
    await desk.heard(*close(20))
    await desk.pool.execute("UPDATE proposal SET state = 'refused', stage = 'refused'")
    await desk.heard(*reopen(30))
    await desk.heard(submitted(40, "a", 2, works, "10"))
    assert who(of_type(await desk.heard(*close(50, a=2)), "award-proposed")) == again


@pytest.mark.parametrize("state", ["granted", "revoked"])
async def test_a_granted_award_is_never_suggested_again_also_on_another_score_and_when_it_was_revoked(desk: Desk, state: str) -> None:
    await begin(desk, plan_with([f"w: {FIRST}, clusters: [north]"]))
    await desk.heard(*close(20))
    await desk.pool.execute("UPDATE proposal SET state = $1, stage = $1", state)
    await desk.heard(*reopen(30))
    await desk.heard(submitted(40, "a", 2, "45", "10"))
    assert "award-proposed" not in names(await desk.heard(*close(50, a=2)))


async def test_the_lines_over_all_clusters_are_remembered_until_a_ranking_is_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(desk, plan_with(["w: selection: all-qualified, quota: 4"]))
    await desk.heard(*close(20))
    loaded: list[ClusterKey] = []

    async def counted(*given: object) -> object:
        loaded.extend(given[2])  # type: ignore[arg-type]
        return await load(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("services.scoring.acts.judging.load", counted)
    judging, at_hand = Judging(desk.unchanging), await load(desk.pool, desk.unchanging, [NORTH_KEY], {})
    for _ in range(2):
        assert len((await judging.judge(desk.pool, at_hand)).by_cluster[NORTH_KEY][0].proposals) == 3
    assert sorted(key.cluster for key in loaded) == ["north", "south"]
    await desk.heard(returned(30, "x", 1))
    loaded.clear()
    await judging.judge(desk.pool, at_hand)
    assert sorted(key.cluster for key in loaded) == ["north", "south"]
