"""A closed period is reopened with a reason by two people, mended, and closed again."""

from decimal import Decimal

import httpx

from deploy.local.demo import council
from deploy.local.demo.client import DemoFailed, wait_until
from deploy.local.demo.ha_nam import LY_NHAN, PERIOD, SOURCE, Story, changed, close
from deploy.local.demo.outcome import Ranking, Step
from deploy.local.demo.papi import final_ranking
from deploy.local.demo.sending import send_over_http
from deploy.local.demo.tables import decimal_comma

REASON = "Thanh tra phát hiện Lý Nhân thiếu số liệu; the inspectorate found that Ly Nhan's figures were not complete"


async def final_rankings(story: Story) -> list[Ranking]:
    """Wait until every cluster is final."""
    return [await final_ranking(story.client, story.plan, PERIOD, cluster.code) for cluster in story.plan.clusters]


async def reopen_and_close(story: Story) -> Step:
    """One person asks, may not confirm, and another one does; a report is mended; the period closes again."""
    before = next(row for ranking in await final_rankings(story) for row in ranking.rows if row.agency == LY_NHAN)
    suggested = await council.wait_for_proposals(story.client, story.plan, council.CERTIFICATES, rule=council.CERTIFICATE)
    path = f"/v1/movements/{story.plan.movement}/periods/{PERIOD}"
    asked = await story.client.post("reporting", f"{path}/reopen", {"reason": REASON}, role="standing-body")
    body = {"request": asked["request"]}
    same = await story.client.send("POST", "reporting", f"{path}/reopen/confirm", role="standing-body", json=body)
    if same.status_code != httpx.codes.CONFLICT:
        raise DemoFailed(f"who asked for a reopening could confirm it: {same.status_code} {same.text[:500]}")
    await story.client.post("reporting", f"{path}/reopen/confirm", body, role="council")
    await withdrawn(story, [each["proposal"] for each in suggested])
    mended = changed(story.reports[LY_NHAN], 2, chong_lang_phi__xu_ly=Decimal(90), trach_nhiem__cong_khai=Decimal(1))
    await send_over_http(story.client, mended, SOURCE)
    after = await story.scored(LY_NHAN, 2)
    await close(story)
    again = await council.wait_for_proposals(story.client, story.plan, council.CERTIFICATES, rule=council.CERTIFICATE)
    return Step(
        agency=LY_NHAN,
        done_vi="Kỳ đã đóng được mở lại: một người đề nghị kèm lý do, một người khác xác nhận; báo cáo được bổ sung và kỳ được đóng lại",
        done_en="The closed period was reopened: one person asked with a reason, another confirmed; a report was mended; it closed again",
        seen=f"{asked['asked_by']} asks; confirms: {same.json()['code']}; council confirms → open\n"
        f"{len(suggested)} proposals withdrawn (period-reopened)\n"
        f"{decimal_comma(before.total)} → {decimal_comma(after.total)}; closed again, {len(again)} proposals",
    )


async def withdrawn(story: Story, proposals: list[str]) -> None:
    """Wait until none of these suggestions lives."""

    async def look() -> bool:
        found = [await story.client.get("scoring", f"/v1/proposals/{proposal}", role="council") for proposal in proposals]
        return all(each["state"] == "withdrawn" and each["withdrawal_cause"] == "period-reopened" for each in found)

    await wait_until("the suggestions to be withdrawn because their period was reopened", look)
