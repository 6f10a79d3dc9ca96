"""A naive program refuses in silence and revokes only in its own tables."""

import httpx

from tests.services.scoring.api.test_decisions import COUNCIL, REFUSAL, decision, proposed
from tests.services.scoring.desk import Desk, of_type


async def test_a_refusal_is_announced_with_its_class_and_reason(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    await client.post(f"/v1/proposals/{proposal['proposal']}/decision", json=decision(proposal, **REFUSAL), headers=COUNCIL)
    [said] = of_type(await desk.said(), "award-decided")
    assert (said["agency"], said["outcome"], said["reason_class"], said["reason"]) == (
        "a",
        "refused",
        "dossier-incomplete",
        "Hồ sơ thiếu biên bản.",
    )


async def test_a_revocation_is_announced_with_its_legal_ground(desk: Desk, client: httpx.AsyncClient) -> None:
    proposal = await proposed(desk)
    place = f"/v1/proposals/{proposal['proposal']}"
    await client.post(f"{place}/decision", json=decision(proposal), headers=COUNCIL)
    await client.post(f"{place}/revocation", json={"ground": "false-papers", "reason": "Giấy tờ không đúng."}, headers=COUNCIL)
    [said] = of_type(await desk.said(), "award-revoked")
    assert (said["proposal"], said["ground"]) == (proposal["proposal"], "false-papers")
