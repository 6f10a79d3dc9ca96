"""The council at work: what the rules propose, what is granted, refused and revoked."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.local.demo.client import Client, wait_until
from deploy.local.demo.outcome import Proposal, points_or_none
from shared.plan.types import Plan

REFUSAL = "Hồ sơ thiếu biên bản họp hội đồng cơ sở; the dossier lacks the minutes of the unit's council"
REVOCATION = "Biên bản kiểm kê nộp kèm không đúng sự thật; the inventory record that was handed in was false"
OUTCOMES = {
    "proposed": ("đề xuất, chờ xét", "proposed, not yet decided"),
    "granted": ("tặng", "granted"),
    "refused": ("không tặng: ", "refused: "),
    "revoked": ("hủy quyết định tặng: ", "revoked: "),
    "withdrawn": ("rút đề xuất", "proposal withdrawn"),
}


async def wait_for_proposals(client: Client, plan: Plan, expected: int) -> list[Any]:
    """Wait until the rules have made all their proposals."""

    async def look() -> list[Any] | None:
        found = await client.get("scoring", "/v1/proposals", role="council", movement=plan.movement, limit=200)
        return found["items"] if len(found["items"]) >= expected else None

    found: list[Any] = await wait_until(f"{expected} proposals of {plan.movement}", look)
    return found


async def decide(client: Client, proposals: Sequence[Mapping[str, Any]], *, granted: str, refused: str, revoked: str) -> None:
    """Grant the certificate to one unit, refuse it to another, and grant and then revoke that of a third."""
    by_agency = {proposal["agency"]: proposal for proposal in proposals if proposal["rule"] == "bang-khen"}
    refusal = {"outcome": "refused", "reason_class": "dossier-incomplete", "reason": REFUSAL}
    await _decide(client, by_agency[granted], {"outcome": "granted"})
    await _decide(client, by_agency[refused], refusal)
    await _decide(client, by_agency[revoked], {"outcome": "granted"})
    path = f"/v1/proposals/{by_agency[revoked]['proposal']}/revocation"
    await client.post("scoring", path, {"ground": "false-papers", "reason": REVOCATION}, role="council")


async def _decide(client: Client, proposal: Mapping[str, Any], decision: Mapping[str, str]) -> None:
    body = {**decision, "score_revision": proposal["score_revision"]}
    await client.post("scoring", f"/v1/proposals/{proposal['proposal']}/decision", body, role="council")


async def read_proposals(client: Client, plans: Sequence[Plan]) -> list[Proposal]:
    """Read all proposals with what became of them."""
    found: list[Proposal] = []
    for plan in plans:
        page = await client.get("scoring", "/v1/proposals", role="council", movement=plan.movement, limit=200)
        found.extend(_proposal(item) for item in page["items"])
    return sorted(found, key=lambda each: (each.movement, each.period, each.cluster, each.form_en, each.rank or 0))


def _proposal(item: Mapping[str, Any]) -> Proposal:
    vi, en = OUTCOMES[item["state"]]
    reason_vi, _, reason_en = (item.get("revocation_reason") or item.get("reason") or "").partition("; ")
    return Proposal(
        id=item["proposal"],
        movement=item["movement"],
        period=item["period"],
        cluster=item["cluster"],
        agency=item["agency"],
        form_vi=item["form_vi"],
        form_en=item["form_en"],
        rank=item["rank"],
        total=points_or_none(item["total"]),
        score_revision=item["score_revision"],
        state=item["state"],
        outcome_vi=vi + (reason_vi if vi.endswith(": ") else ""),
        outcome_en=en + (reason_en if en.endswith(": ") else ""),
    )
