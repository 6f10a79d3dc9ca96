"""Appraisals over HTTP: they count instead of what was reported, are void with the next version, and end where scores are public."""

import hashlib
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.scoring.domain.acts import first_broken
from services.scoring.domain.exact import total_of
from services.scoring.domain.inputs import computed_again, inputs_from
from services.scoring.domain.score_document import score_bytes
from services.scoring.store.proposals import acts_after
from tests.services.scoring.desk import Desk, names, of_type
from tests.services.scoring.trial import APPRAISAL, closed, opened, plan, published, reopened, returned, submitted, withdrawn

BODY = {"Authorization": "Bearer standing-body"}
COUNCIL = {"Authorization": "Bearer council"}
A = "/v1/scores/trial/2023/a"
LESS = {"report_version": 1, "findings": [{"criterion": "works", "value": 28, "reason": "Thiếu căn cứ"}], "reason": "Biên bản số 5"}


async def begin(desk: Desk, more: str = "") -> None:
    """Three reports, the first with self-scores."""
    live = plan(more=more)
    await desk.heard(published(1, live), opened(2, of=live))
    await desk.heard(submitted(10, "a", 1, "30", "10", self_scores={"works": "45", "thrift": "10"}))
    await desk.heard(submitted(11, "b", 1, "29", "10"), submitted(12, "c", 1, "20", "10"))


async def appraise(client: httpx.AsyncClient, body: object, agency: str = "a") -> httpx.Response:
    return await client.post(f"/v1/scores/trial/2023/{agency}/appraisal", json=body, headers=BODY)


async def score(client: httpx.AsyncClient, agency: str = "a") -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/scores/trial/2023/{agency}", headers=BODY)).json()
    return found


async def test_an_appraisal_is_an_act_and_the_score_follows_it_with_its_cause(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    before = await desk.said_count()
    answer = await appraise(client, LESS)
    assert (answer.status_code, answer.json()["appraised_by"]) == (201, "standing-body"), answer.text
    await desk.work()
    said = (await desk.said())[before:]
    assert names(said) == ["act-recorded", "score-computed", "ranking-published"]
    [computed] = of_type(said, "score-computed")
    assert (computed["total"], computed["cause"]) == ("38.00", {"kind": "appraisal", "agency": None})
    assert computed["appraisal"] == answer.json()["revision"]
    [ranking] = of_type(said, "ranking-published")
    assert [row["agency"] for row in ranking["rows"]] == ["b", "a", "c"]  # type: ignore[attr-defined]  # a list of rows
    [link] = await acts_after(desk.pool, 0, 10)
    assert (link.act.kind, link.act.subject, link.act.actor) == ("score-appraised", "trial/2023/a", "standing-body")
    assert (link.act.facts["reason"], link.act.facts["report_version"]) == ("Biên bản số 5", "1")
    found = '{"works":{"reason":"Thiếu căn cứ","value":"28"}}'
    assert link.act.facts["digest"] == hashlib.sha256(found.encode()).hexdigest()


async def test_self_score_appraised_and_final_score_are_told_apart_with_the_differences_in_words(
    desk: Desk, client: httpx.AsyncClient
) -> None:
    await begin(desk)
    points = {"criterion": "thrift", "points": 9.5, "reason": "Chưa đủ hồ sơ"}
    await appraise(client, {**LESS, "findings": [*LESS["findings"], points]})  # type: ignore[misc]  # a list of findings
    await desk.work()
    told = await score(client)
    compared = {each["criterion"]: each for each in told["comparison"]}
    numbers = ("self_score", "by_rule", "appraised", "final")
    assert [compared["works"][name] for name in numbers] == ["45", "28", None, "28"]
    assert [compared["thrift"][name] for name in numbers] == ["10", "10", "9.5", "9.5"]
    assert compared["works"]["sentence_vi"].endswith("Đơn vị tự chấm 45 điểm, cao hơn 17 điểm.")
    assert compared["thrift"]["sentence_en"].endswith("The unit's own score was 10 points, 0.5 points more.")
    assert total_of(Decimal(part["points"]) for part in told["explanation"]["parts"]) == Decimal(told["total"]) == Decimal("37.50")


@pytest.mark.parametrize("made", [None, LESS, {"report_version": 1}])
async def test_the_inputs_that_are_told_give_the_same_bytes_again(desk: Desk, client: httpx.AsyncClient, made: object) -> None:
    await begin(desk)
    if made:
        await appraise(client, made)
        await desk.work()
    told = await score(client)
    raw = score_bytes(computed_again(plan(), inputs_from(told["inputs"])))
    assert json.loads(raw) == told["explanation"]
    assert hashlib.sha256(raw).hexdigest() == told["content_hash"]
    assert told["inputs"]["report"]["self_scores"] == {"works": "45", "thrift": "10"}


async def test_an_appraisal_is_void_when_the_next_version_counts_and_says_so(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await appraise(client, LESS)
    await desk.work()
    assert ((await score(client))["stage"], (await score(client))["appraisals"][0]["counts"]) == ("appraised", True)
    [computed] = of_type(await desk.heard(submitted(20, "a", 2, "31", "10")), "score-computed")
    assert (computed["total"], computed["appraisal"], computed["cause"]) == ("41.00", None, {"kind": "report", "agency": None})
    told = await score(client)
    [appraisal] = told["appraisals"]
    assert (told["stage"], told["appraisal"], appraisal["counts"]) == ("provisional", None, False)
    assert "phiên bản 1" in appraisal["void_vi"]
    assert "version 1" in appraisal["void_en"]


async def test_an_appraisal_counts_again_where_the_version_after_it_was_returned(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await appraise(client, LESS)
    await desk.work()
    await desk.heard(submitted(20, "a", 2, "31", "10"))
    await desk.heard(returned(21, "a", 2))
    told = await score(client)
    assert (told["report_version"], told["total"], told["appraisals"][0]["counts"]) == (1, "38.00", True)


async def test_a_later_appraisal_takes_the_place_of_the_earlier_one(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await appraise(client, LESS)
    await desk.work()
    await appraise(client, {"report_version": 1})
    assert "computed again" in (await score(client))["appraisals"][0]["void_en"]
    await desk.work()
    told = await score(client)
    assert (told["total"], [each["counts"] for each in told["appraisals"]]) == ("40.00", [True, False])
    assert told["appraisals"][1]["void_en"] == "A later appraisal took its place."


@pytest.mark.parametrize(
    ("finding", "code", "pointer"),
    [
        ({"criterion": "works", "value": 28}, "reason-missing", "/findings/0"),
        ({"criterion": "works", "points": 51, "reason": "x"}, "appraisal-out-of-range", "/findings/0"),
        ({"criterion": "works", "points": -1, "reason": "x"}, "appraisal-out-of-range", "/findings/0"),
        ({"criterion": "works", "points": "9,5", "reason": "x"}, "value-not-a-number", "/findings/0"),
        ({"criterion": "works", "points": True, "reason": "x"}, "value-not-a-number", "/findings/0"),
        ({"criterion": "works", "value": None, "points": 3, "reason": "x"}, "appraisal-without-value", "/findings/0"),
        ({"criterion": "works", "value": "28", "reason": "x"}, "value-is-text", "/findings/0"),
        ({"criterion": "works", "value": -1, "reason": "x"}, "value-negative", "/findings/0"),
        ({"criterion": "worms", "value": 1, "reason": "x"}, "criterion-unknown", "/findings/0"),
        ({"criterion": "worms", "reason": "x"}, "criterion-unknown", "/findings/0"),
        ({"criterion": "works", "score": 1, "reason": "x"}, "field-unknown", "/findings/0/score"),
    ],
)
async def test_a_finding_that_may_not_be_is_refused_with_its_place(
    desk: Desk, client: httpx.AsyncClient, finding: object, code: str, pointer: str
) -> None:
    await begin(desk)
    answer = await appraise(client, {"report_version": 1, "findings": [finding]})
    assert answer.json().get("code") == code, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await desk.rows("SELECT FROM appraisal") == await desk.rows("SELECT FROM act") == []


async def test_a_criterion_that_comes_twice_is_refused(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    twice = [{"criterion": "works", "value": 28, "reason": "x"}, {"criterion": "works", "value": 29, "reason": "x"}]
    assert (await appraise(client, {"report_version": 1, "findings": twice})).json()["code"] == "key-duplicated"


async def test_only_the_version_that_counts_is_appraised(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    assert (await appraise(client, {"report_version": 2})).json()["code"] == "report-not-standing"
    await desk.heard(submitted(20, "a", 2, "31", "10"))
    assert (await appraise(client, LESS)).json()["code"] == "report-not-standing"
    await desk.heard(withdrawn(21, "a", 2))
    assert (await appraise(client, {"report_version": 2})).json()["code"] == "report-not-standing"
    assert (await appraise(client, LESS, "nobody")).status_code == 404


async def test_only_the_standing_body_appraises_and_publishes(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    for key in ("council", "observer", "source-a"):
        headers = {"Authorization": f"Bearer {key}"}
        assert (await client.post(f"{A}/appraisal", json=LESS, headers=headers)).status_code == 403
        assert (await client.post("/v1/scores/trial/2023/publication", json={}, headers=headers)).status_code == 403


async def test_where_the_plan_asks_for_it_no_score_is_final_before_it_was_appraised(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk, more=APPRAISAL)
    await desk.heard(closed(30, dict.fromkeys("abc", 1)))
    for agency in "abc":
        assert (await score(client, agency))["state"] == "provisional"
        assert (await appraise(client, {"report_version": 1}, agency)).status_code == 201
        await desk.work()
    assert {(await score(client, agency))["stage"] for agency in "abc"} == {"final"}
    assert [one["agency"] for one in of_type(await desk.said(), "award-proposed")] == ["a"]


async def test_a_member_without_a_report_needs_no_appraisal(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk, more=APPRAISAL)
    await desk.heard(withdrawn(25, "c", 1), closed(30, {"a": 1, "b": 1, "c": None}))
    for agency in "ab":
        await appraise(client, {"report_version": 1}, agency)
    await desk.work()
    assert (await score(client, "c"))["state"] == "final"


async def test_an_appraisal_after_the_close_withdraws_the_suggestion_that_stood_on_the_score(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await desk.heard(closed(30, dict.fromkeys("abc", 1)))
    before = await desk.said_count()
    await appraise(client, LESS)
    await desk.work()
    said = (await desk.said())[before:]
    assert [(one["agency"], one["cause"]) for one in of_type(said, "award-withdrawn")] == [("a", "score-moved")]
    assert [one["agency"] for one in of_type(said, "award-proposed")] == ["b"]


async def publish(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/scores/trial/2023/publication", json={"reference": "TB-12"}, headers=BODY)


async def test_final_scores_are_made_public_by_an_act_that_stands_for_each_of_them(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    early = await publish(client)
    assert (early.status_code, early.json()["code"]) == (409, "period-not-final")
    await desk.heard(closed(30, dict.fromkeys("abc", 1)))
    done = await publish(client)
    assert (done.status_code, done.json()["scores"]) == (200, 3), done.text
    rows = await desk.rows("SELECT agency, revision, content_hash FROM score WHERE is_current ORDER BY agency")
    lines = "\n".join(f"{row['agency']} {row['revision']} {row['content_hash']}" for row in rows)
    assert done.json()["digest"] == hashlib.sha256(lines.encode()).hexdigest()
    assert {(await score(client, agency))["stage"] for agency in "abc"} == {"published"}
    acts = await acts_after(desk.pool, 0, 10)
    assert [(link.act.kind, link.act.facts["reference"]) for link in acts] == [("scores-published", "TB-12")]
    assert (await publish(client)).json()["code"] == "scores-published"
    assert first_broken(acts) is None


async def test_scores_are_not_made_public_while_an_appraisal_waits_to_be_followed(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await desk.heard(closed(30, dict.fromkeys("abc", 1)))
    await appraise(client, LESS)
    assert (await publish(client)).json()["code"] == "period-not-final"
    await desk.work()
    assert (await publish(client)).status_code == 200


async def test_public_scores_are_appraised_again_only_after_a_reopening(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await desk.heard(closed(30, dict.fromkeys("abc", 1)))
    await publish(client)
    assert (await appraise(client, LESS)).json()["code"] == "scores-published"
    await desk.heard(reopened(40))
    assert (await score(client))["stage"] == "provisional"
    assert (await appraise(client, LESS)).status_code == 201
    await desk.heard(closed(50, dict.fromkeys("abc", 1)))
    assert ((await score(client))["stage"], (await score(client))["total"]) == ("final", "38.00")
    assert (await publish(client)).status_code == 200


async def test_an_appraisal_made_while_its_cluster_is_computed_is_not_lost(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await desk.hear(submitted(20, "b", 2, "35", "10"))
    await appraise(client, LESS)
    await desk.work()
    assert (await score(client))["total"] == "38.00"
    assert await desk.rows("SELECT FROM mark") == []
