"""The council at work: papers, votes of all its members, and what is granted, refused, published and revoked."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from deploy.local.demo.client import Client, DemoFailed, wait_until
from deploy.local.demo.outcome import Proposal, Step, points_or_none
from shared.plan.types import Plan

CERTIFICATE = "bang-khen"
CERTIFICATES = 4
PAPERS = ["to-trinh", "bao-cao-thanh-tich", "bien-ban"]
RETURN = "Hồ sơ thiếu biên bản họp hội đồng cơ sở; the dossier lacks the minutes of the unit's council"
REFUSAL = "Không đủ số phiếu đồng ý; not enough votes"
REVOCATION = "Biên bản kiểm kê nộp kèm không đúng sự thật; the inventory record that was handed in was false"
OUTCOMES = {
    "proposed": ("đề xuất, chờ xét", "proposed, not yet decided"),
    "granted": ("tặng", "granted"),
    "refused": ("không tặng: ", "refused: "),
    "revoked": ("hủy quyết định tặng: ", "revoked: "),
    "withdrawn": ("rút đề xuất", "proposal withdrawn"),
}


async def wait_for_proposals(client: Client, plan: Plan, expected: int, rule: str | None = None) -> list[Any]:
    """Wait until the rules have made their proposals, and return those that are still open."""

    async def look() -> list[Any] | None:
        page = await client.get("scoring", "/v1/proposals", role="council", movement=plan.movement, state="proposed", limit=200)
        found = [each for each in page["items"] if rule is None or each["rule"] == rule]
        return found if len(found) >= expected else None

    found: list[Any] = await wait_until(f"{expected} proposals of {plan.movement}", look)
    return found


async def decide(client: Client, proposals: Sequence[Mapping[str, Any]], *, granted: str, refused: str, revoked: str) -> list[Step]:
    """Grant the certificate to one unit by a vote, refuse it to another for want of votes, grant and then revoke that of a third."""
    by_agency = {proposal["agency"]: proposal for proposal in proposals}
    return [
        await _grant(client, by_agency[granted]),
        await _refuse(client, by_agency[refused]),
        await _revoke(client, by_agency[revoked]),
    ]


async def _grant(client: Client, proposal: Mapping[str, Any]) -> Step:
    await _take(client, proposal, "dossier", {"items": PAPERS})
    # Six of seven agree; the seventh belongs to the unit and may not vote on it, but counts among all.
    told = await _take(
        client, proposal, "vote", {"members": [*_members(6), {"member": "hd-7", "ballot": "recused", "unit": proposal["agency"]}]}
    )
    await _take(client, proposal, "decision", {"outcome": "granted", "score_revision": proposal["score_revision"]})
    await _take(client, proposal, "publication", {"reference": "QD-01"})
    return Step(
        agency=proposal["agency"],
        done_vi="Hội đồng bỏ phiếu về bằng khen: một thành viên thuộc đơn vị được xét nên không bỏ phiếu, nhưng vẫn tính trong tổng số",
        done_en="The council votes on the certificate: a member of the unit itself may not vote, and counts among all the same",
        seen=f"{_vote_text(told['vote'])} → granted → published",
    )


async def _refuse(client: Client, proposal: Mapping[str, Any]) -> Step:
    await _take(client, proposal, "return", {"reason": RETURN, "items": [{"item": "bien-ban", "comment": RETURN}]})
    await _take(client, proposal, "dossier", {"items": PAPERS})
    others = [{"member": "hd-6", "ballot": "against"}, {"member": "hd-7", "ballot": "absent"}]
    told = await _take(client, proposal, "vote", {"members": [*_members(5), *others]})
    body = {"outcome": "granted", "score_revision": proposal["score_revision"]}
    tried = await client.send("POST", "scoring", f"/v1/proposals/{proposal['proposal']}/decision", role="council", json=body)
    if tried.status_code != httpx.codes.CONFLICT:
        raise DemoFailed(f"an award without the votes for it could be granted: {tried.status_code} {tried.text[:500]}")
    refusal = {"outcome": "refused", "reason_class": "votes-not-reached", "reason": REFUSAL, "score_revision": proposal["score_revision"]}
    await _take(client, proposal, "decision", refusal)
    return Step(
        agency=proposal["agency"],
        done_vi="Hồ sơ bị trả lại rồi nộp lại; bỏ phiếu không đủ 80 % tổng số thành viên nên không thể quyết định tặng",
        done_en="The dossier was returned and handed in again; the vote fell short of 80 % of all members, so nothing could be granted",
        seen=f"{_vote_text(told['vote'])}; grant: {tried.json()['code']} → refused",
    )


async def _revoke(client: Client, proposal: Mapping[str, Any]) -> Step:
    await _take(client, proposal, "dossier", {"items": PAPERS})
    told = await _take(client, proposal, "vote", {"members": _members(7)})
    await _take(client, proposal, "decision", {"outcome": "granted", "score_revision": proposal["score_revision"]})
    await _take(client, proposal, "revocation", {"ground": "false-papers", "reason": REVOCATION})
    return Step(
        agency=proposal["agency"],
        done_vi="Bằng khen đã tặng bị hủy theo một trong bốn căn cứ của pháp luật",
        done_en="A granted certificate was revoked on one of the four grounds of the law",
        seen=f"{_vote_text(told['vote'])} → granted → revoked (false-papers)",
    )


def _members(count: int) -> list[dict[str, str]]:
    return [{"member": f"hd-{place}", "ballot": "in-favour"} for place in range(1, count + 1)]


def _vote_text(vote: Mapping[str, Any]) -> str:
    others = {name: vote[name] for name in ("against", "absent", "recused") if vote[name]}
    told = ", ".join(f"{name} {count}" for name, count in others.items())
    return f"{vote['in_favour']}/{vote['members']}, cần · needed {vote['needed']}" + (f" ({told})" if told else "")


async def _take(client: Client, proposal: Mapping[str, Any], step: str, body: Mapping[str, Any]) -> Any:
    return await client.post("scoring", f"/v1/proposals/{proposal['proposal']}/{step}", body, role="council")


async def read_proposals(client: Client, plans: Sequence[Plan]) -> list[Proposal]:
    """Read all proposals that were not withdrawn, with what became of them."""
    found: list[Proposal] = []
    for plan in plans:
        page = await client.get("scoring", "/v1/proposals", role="council", movement=plan.movement, limit=200)
        found.extend(_proposal(item) for item in page["items"] if item["state"] != "withdrawn")
    return sorted(found, key=lambda each: (each.movement, each.period, each.cluster, each.form_en, each.rank or 0))


def _proposal(item: Mapping[str, Any]) -> Proposal:
    vi, en = OUTCOMES[item["state"]]
    reason_vi, _, reason_en = ((item["revocation"] or item["decision"] or {}).get("reason") or "").partition("; ")
    vote = f" · {_vote_text(item['vote'])}" if item["vote"] else ""
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
        outcome_vi=vi + (reason_vi if vi.endswith(": ") else "") + vote,
        outcome_en=en + (reason_en if en.endswith(": ") else ""),
    )
