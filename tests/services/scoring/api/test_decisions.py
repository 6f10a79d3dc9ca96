"""The council decides once, on the score that it saw; every decision is an act of the chain and is announced."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.scoring.domain.acts import first_broken
from services.scoring.store.proposals import acts_after
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import closed, opened, published, reopened, submitted

COUNCIL = {"Authorization": "Bearer council"}
REFUSAL = {"outcome": "refused", "reason_class": "dossier-incomplete", "reason": "Hồ sơ thiếu biên bản."}


async def proposed(desk: Desk) -> dict[str, Any]:
    """One suggestion for a, on a final score."""
    await desk.heard(published(1), opened(2))
    await desk.heard(*(submitted(10 + place, agency, 1, str(40 - place), "10") for place, agency in enumerate("abc")))
    [proposal] = of_type(await desk.heard(closed(20, dict.fromkeys("abc", 1))), "award-proposed")
    return proposal


def decision(proposal: dict[str, Any], **changes: object) -> dict[str, object]:
    return {"outcome": "granted", "score_revision": proposal["score_revision"], **changes}


async def test_a_granted_award_is_decided_announced_and_in_the_chain(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    answer = await client.post(f"/v1/proposals/{proposal['proposal']}/decision", json=decision(proposal), headers=COUNCIL)
    assert (answer.status_code, answer.json()["state"], answer.json()["decision"]["decided_by"]) == (200, "granted", "council")
    said = await desk.said()
    [decided] = of_type(said, "award-decided")
    [act] = of_type(said, "act-recorded")
    assert (decided["outcome"], decided["proposal"]) == ("granted", proposal["proposal"])
    assert (act["sequence"], act["previous_hash"], act["service"]) == (1, None, "scoring")
    assert act["act"]["actor"] == "council"  # type: ignore[index]
    listed = (await client.get("/v1/acts", headers=COUNCIL)).json()["items"]
    assert listed == [act]


async def test_of_two_decisions_at_once_one_wins_and_the_other_is_told_so(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}/decision"
    asked = [decision(proposal), decision(proposal, **REFUSAL)]
    answers = await asyncio.gather(*(client.post(place, json=one, headers=COUNCIL) for one in asked * 3))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already-decided"}
    assert len(of_type(await desk.said(), "award-decided")) == 1
    assert len(await desk.rows("SELECT FROM act")) == 1


async def test_a_decision_on_a_score_that_moved_is_refused(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}/decision"
    stale = await client.post(place, json=decision(proposal, score_revision=1), headers=COUNCIL)
    assert (stale.status_code, stale.json()["code"]) == (409, "score-moved")
    await desk.heard(reopened(30))
    gone = await client.post(place, json=decision(proposal), headers=COUNCIL)
    assert (gone.status_code, gone.json()["code"]) == (409, "proposal-withdrawn")


async def test_a_refusal_states_its_reason_and_class(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}/decision"
    silent = await client.post(place, json=decision(proposal, outcome="refused"), headers=COUNCIL)
    assert (silent.status_code, silent.json()["code"]) == (422, "reason-missing")
    refused = await client.post(place, json=decision(proposal, **REFUSAL), headers=COUNCIL)
    assert refused.json()["decision"]["reason_class"] == "dossier-incomplete"
    [said] = of_type(await desk.said(), "award-decided")
    assert (said["outcome"], said["reason"]) == ("refused", "Hồ sơ thiếu biên bản.")


async def test_only_what_was_granted_is_revoked_and_only_once(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}"
    body = {"ground": "false-papers", "reason": "Giấy tờ không đúng."}
    early = await client.post(f"{place}/revocation", json=body, headers=COUNCIL)
    assert (early.status_code, early.json()["code"]) == (409, "not-granted")
    await client.post(f"{place}/decision", json=decision(proposal), headers=COUNCIL)
    answers = await asyncio.gather(*(client.post(f"{place}/revocation", json=body, headers=COUNCIL) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    [said] = of_type(await desk.said(), "award-revoked")
    assert said["ground"] == "false-papers"
    assert first_broken(await acts_after(desk.pool, 0, 100)) is None
    assert len(await acts_after(desk.pool, 0, 100)) == 2


async def test_a_ground_that_the_law_does_not_know_is_refused(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    answer = await client.post(
        f"/v1/proposals/{proposal['proposal']}/revocation", json={"ground": "dislike", "reason": "…"}, headers=COUNCIL
    )
    assert answer.status_code == 422


async def test_only_the_council_decides_and_only_within_its_reach(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}"
    observer = await client.post(f"{place}/decision", json=decision(proposal), headers={"Authorization": "Bearer observer"})
    elsewhere = await client.post(f"{place}/decision", json=decision(proposal), headers={"Authorization": "Bearer elsewhere"})
    assert (observer.status_code, elsewhere.status_code) == (403, 404)
    assert (await client.get("/v1/acts", headers={"Authorization": "Bearer elsewhere"})).status_code == 403


async def test_suggestions_are_listed_by_what_is_asked(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    everything = (await client.get("/v1/proposals", headers=COUNCIL)).json()["items"]
    assert [(one["proposal"], one["form_vi"], one["total"]) for one in everything] == [(proposal["proposal"], "Bằng khen", "50.00")]
    assert (await client.get("/v1/proposals?state=granted", headers=COUNCIL)).json()["items"] == []
    assert (await client.get("/v1/proposals?movement=trial&agency=a&state=proposed", headers=COUNCIL)).json()["items"] == everything
    assert (await client.get("/v1/proposals/none", headers=COUNCIL)).status_code == 404


@pytest.mark.parametrize("statement", ["UPDATE act SET actor = 'nobody'", "DELETE FROM act", "TRUNCATE act CASCADE"])
async def test_the_chain_of_acts_can_not_be_rewritten_by_the_service(desk: Desk, client: httpx.AsyncClient, statement: str) -> None:
    proposal = await proposed(desk)
    await client.post(f"/v1/proposals/{proposal['proposal']}/decision", json=decision(proposal), headers=COUNCIL)
    with pytest.raises(asyncpg.PostgresError):
        await desk.pool.execute(statement)
    assert first_broken(await acts_after(desk.pool, 0, 100)) is None
