"""Offline and service give the same bytes, and what the service answers is verified offline."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from shared.plan.periods import start_of_day
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.offline.test_compute import compute, run, written
from tests.services.scoring.trial import PLAN, opened, published, submitted

OBSERVER = {"Authorization": "Bearer observer"}
DAY = "2023-07-07"
VALUES = "agency,works,thrift\na,30.125,10\nb,40,\nc,,7\n"


async def reported(desk: Desk) -> None:
    """The values of the file as reports that came on the day."""
    at = start_of_day(date.fromisoformat(DAY))
    await desk.heard(published(1), opened(2))
    await desk.heard(submitted(10, "a", 1, "30.125", "10", at), submitted(11, "b", 1, "40", None, at), submitted(12, "c", 1, None, "7", at))


async def answer_for(client: httpx.AsyncClient, agency: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get(f"/v1/scores/trial/2023/{agency}", headers=OBSERVER)).json()
    return answer


async def test_the_service_and_the_command_line_come_to_the_same_bytes(desk: Desk, client: httpx.AsyncClient, tmp_path: Path) -> None:
    await reported(desk)
    plan = written(tmp_path, PLAN.format(version=1, maximum=50, test="false"), "plan.yaml")
    done = compute(plan, written(tmp_path, VALUES), "--at", DAY, "--json", str(tmp_path / "result.json"))
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    offline = {one["agency"]: one for cluster in result["clusters"] for one in cluster["scores"]}
    kept = {row["agency"]: row["document"] for row in await desk.rows("SELECT agency, document FROM score WHERE is_current")}
    assert set(kept) == {"a", "b", "c"}
    for agency, document in kept.items():
        canonical = json.dumps(offline[agency]["explanation"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert canonical == document
        answer = await answer_for(client, agency)
        assert (answer["content_hash"], answer["inputs"]) == (offline[agency]["content_hash"], offline[agency]["inputs"])
    ranks = {row["agency"]: row["rank"] for row in of_type(await desk.said(), "ranking-published")[-1]["rows"]}  # type: ignore[attr-defined]
    assert ranks == {agency: one["rank"] for agency, one in offline.items()}


async def test_a_score_that_the_service_answered_is_verified_offline(desk: Desk, client: httpx.AsyncClient, tmp_path: Path) -> None:
    await reported(desk)
    plan = written(tmp_path, PLAN.format(version=1, maximum=50, test="false"), "plan.yaml")
    answer = await answer_for(client, "a")
    path = written(tmp_path, json.dumps(answer), "score.json")
    assert run("verify", path, "--plan", plan).stdout == "same\n"
    for name, place in (("total", "total: kept"), ("report_version", "report_version: kept"), ("agency", "agency: kept")):
        forged = written(tmp_path, json.dumps(answer | {name: "7"}), "forged.json")
        done = run("verify", forged, "--plan", plan)
        assert (done.exit_code, done.stdout.startswith(place)) == (1, True), done.stdout
    assert run("verify", path).exit_code == 2
