"""What the award rules make of a period is told unit by unit, from the same code that makes the suggestions."""

import httpx
import pytest

from shared.plan.document import read_plan
from shared.plan.types import Plan
from tests.services.scoring import trial
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import closed, opened, published, submitted

COUNCIL = {"Authorization": "Bearer council"}
SOUTH = ("x", "y")
PLACE = "/v1/judgements/trial/2023"
HEAD = trial.PLAN.format(version=1, maximum=50, test="false").partition("awards:")[0]
RULES = """
vetoes:
  - code: v
    sentence_vi: Bị kỷ luật
    sentence_en: Disciplined
    clause: Điều 7
    subject: value
    criterion: thrift
    comparison: at-most
    limit: 1
awards:
  - code: w
    form_vi: Bằng khen
    form_en: Certificate
    decided_by_vi: Hội đồng
    decided_by_en: The council
    selection: {kind: first, count: 2, among: qualified, ties: exclude}
    quota: 2
    conditions:
      - {code: t, sentence_vi: Từ 47 điểm, sentence_en: At least 47, subject: total, comparison: at-least, limit: 47}
"""
PLAN: Plan = read_plan(HEAD + RULES)


async def begin(desk: Desk) -> None:
    """The totals: a 50, b 49, c 38 and vetoed, x 47, y 46."""
    await desk.heard(published(1, PLAN), opened(2, of=PLAN), opened(3, "south", SOUTH, of=PLAN))
    thrift = {"a": "10", "b": "10", "c": "0", "x": "10", "y": "10"}
    await desk.heard(*(submitted(10 + place, agency, 1, str(40 - place), thrift[agency]) for place, agency in enumerate("abcxy")))


async def close(desk: Desk) -> list[dict[str, object]]:
    return of_type(await desk.heard(closed(20, dict.fromkeys("abc", 1)), closed(21, dict.fromkeys(SOUTH, 1), "south")), "award-proposed")


async def test_every_ranked_unit_is_told_with_its_reason_in_both_languages(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    proposed = await close(desk)
    north, south = (await client.get(PLACE, headers=COUNCIL)).json()["items"]
    assert (north["cluster"], north["state"], south["cluster"]) == ("north", "final", "south")
    [judged] = north["rules"]
    assert [one["agency"] for one in judged["suggested"]] == [one["agency"] for one in proposed] == ["a", "b"]
    assert judged["suggested"][0]["grounds"][0]["vi"] == "Từ 47 điểm (50)."
    [barred] = judged["barred"]
    assert (barred["agency"], barred["bars"][0]["kind"], barred["bars"][0]["clause"]) == ("c", "veto", "Điều 7")
    assert [lack["short_by"] for lack in barred["lacks"]] == ["9.00"]
    [cut] = south["rules"][0]["cut"]
    assert (cut["agency"], cut["by_quota"], cut["short_by"]) == ("x", True, "2.00")
    [near] = south["rules"][0]["near_misses"]
    assert (near["agency"], near["lacks"][0]["en"], south["rules"][0]["unqualified"]) == ("y", "At least 47 (46; 1 short).", 1)


async def test_an_open_period_is_judged_as_it_stands_and_says_so(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    north, _ = (await client.get(PLACE, headers=COUNCIL)).json()["items"]
    assert (north["state"], [one["agency"] for one in north["rules"][0]["suggested"]]) == ("provisional", ["a", "b"])


async def test_judgements_are_read_cluster_by_cluster(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    first = (await client.get(PLACE, params={"limit": 1}, headers=COUNCIL)).json()
    assert [one["cluster"] for one in first["items"]] == ["north"]
    second = (await client.get(PLACE, params={"limit": 1, "after": first["next"]}, headers=COUNCIL)).json()
    assert ([one["cluster"] for one in second["items"]], second["next"]) == (["south"], None)
    assert second["items"][0]["rules"][0]["cut"], "the quota is drawn over all clusters also where one is read"
    alone = (await client.get(PLACE, params={"cluster": "south"}, headers=COUNCIL)).json()
    assert alone["items"] == second["items"]


@pytest.mark.parametrize(
    ("place", "key", "status"),
    [(PLACE, "source-a", 403), (PLACE, "elsewhere", 403), ("/v1/judgements/trial/1999", "council", 404)],
)
async def test_who_may_not_read_and_what_is_not_there_is_told(
    desk: Desk, client: httpx.AsyncClient, place: str, key: str, status: int
) -> None:
    await begin(desk)
    assert (await client.get(place, headers={"Authorization": f"Bearer {key}"})).status_code == status
