"""Scores and rankings are read with their explanations, as they stand and as they stood, within the reach of a key."""

import hashlib
import json
from decimal import Decimal

import httpx

from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import opened, published, returned, submitted


def key(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def begin(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    await desk.heard(submitted(10, "a", 1, "30.125", "10"), submitted(11, "b", 1, "40", "10"))


async def test_a_score_is_read_with_every_part_of_its_explanation(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    answer = await client.get("/v1/scores/trial/2023/a", headers=key("observer"))
    assert answer.status_code == 200
    score = answer.json()
    explanation = score["explanation"]
    assert (score["total"], explanation["total"]) == ("40.13", "40.13")
    assert sum(Decimal(part["points"]) for part in explanation["parts"]) == Decimal("40.13")
    assert all(part["sentence_vi"] and part["sentence_en"] for part in explanation["parts"])
    canonical = json.dumps(explanation, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert score["content_hash"] == hashlib.sha256(canonical.encode()).hexdigest()


async def test_a_score_is_read_as_it_stood_at_a_revision(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    first = of_type(await desk.said(), "score-computed")[0]
    await desk.heard(submitted(20, "a", 2, "50", "10"))
    then = await client.get(f"/v1/scores/trial/2023/a?at={first['revision']}", headers=key("observer"))
    now = await client.get("/v1/scores/trial/2023/a", headers=key("observer"))
    assert (then.json()["report_version"], now.json()["report_version"]) == (1, 2)


async def test_a_void_score_says_so_and_explains_nothing(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    await desk.heard(returned(20, "a", 1))
    score = (await client.get("/v1/scores/trial/2023/a", headers=key("observer"))).json()
    assert (score["void"], score["total"], score["explanation"], score["cause"]["kind"]) == (True, None, None, "return")


async def test_scores_are_listed_in_pages(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    first = (await client.get("/v1/scores/trial/2023?limit=1", headers=key("observer"))).json()
    rest = (await client.get(f"/v1/scores/trial/2023?limit=1&after={first['next']}", headers=key("observer"))).json()
    assert [one["agency"] for one in (*first["items"], *rest["items"])] == ["a", "b"]
    assert rest["next"] is None


async def test_a_key_for_one_agency_reads_only_its_scores(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    listed = (await client.get("/v1/scores/trial/2023", headers=key("source-a"))).json()
    assert [one["agency"] for one in listed["items"]] == ["a"]
    other = await client.get("/v1/scores/trial/2023/b", headers=key("source-a"))
    assert (other.status_code, other.json()["code"]) == (403, "access-out-of-scope")


async def test_a_ranking_is_read_as_it_stands(desk: Desk, client: httpx.AsyncClient) -> None:
    await begin(desk)
    ranking = (await client.get("/v1/rankings/trial/2023/north", headers=key("source-a"))).json()
    assert [(row["agency"], row["rank"], row["total"]) for row in ranking["rows"]] == [
        ("b", 1, "50.00"),
        ("a", 2, "40.13"),
        ("c", None, None),
    ]
    assert ranking["rows"][2]["unranked_vi"]


async def test_what_is_not_there_is_a_problem(desk: Desk, client: httpx.AsyncClient) -> None:
    for path in ("/v1/scores/trial/2023/nobody", "/v1/rankings/trial/2023/nowhere"):
        answer = await client.get(path, headers=key("observer"))
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_nobody_without_a_key_reads_anything(desk: Desk, client: httpx.AsyncClient) -> None:
    for path in ("/v1/scores/trial/2023", "/v1/rankings/trial/2023/north", "/v1/proposals", "/v1/acts"):
        assert (await client.get(path)).status_code == 401
