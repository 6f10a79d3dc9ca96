"""Story B: Ha Nam's movement on illustrative values, with what goes wrong on an ordinary day, seen in the services' answers."""

import csv
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from deploy.local.demo.client import Client, DemoFailed, wait_until
from deploy.local.demo.outcome import Score, Step, read_score
from deploy.local.demo.sending import Intake, Report, headers_of, send_over_http
from deploy.local.demo.tables import decimal_comma
from shared.plan.types import Plan

DATA = Path(__file__).parent.parent / "data" / "ha-nam" / "illustrative-values-2023-h1.csv"
SOURCE = "ha-nam-lgsp"
PERIOD = "2023-H1"
KIM_BANG, DUY_TIEN, LY_NHAN, BINH_LUC, THANH_LIEM, PHU_LY, SO_NV = (
    f"ha-nam.{unit}" for unit in ("kim-bang", "duy-tien", "ly-nhan", "binh-luc", "thanh-liem", "phu-ly", "so-nv")
)
DUE_AT = "2099-12-31T17:00:00Z"
EXTENSION = "Chạy minh họa sau thời hạn thật của kế hoạch; demonstration run after the plan's own dates"
CLOSING = "Mọi đơn vị đã có báo cáo; every unit has reported"
RETURNED = "Số liệu tài sản công chưa có căn cứ; the figure on public assets has no evidence"
COMMENT = "Đề nghị gửi kèm biên bản kiểm kê; please refer to the inventory record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What every step needs."""

    client: Client
    intake: Intake
    plan: Plan
    reports: dict[str, Report]

    async def scored(self, agency: str, version: int, period: str = PERIOD) -> Score:
        """Wait until a version of a report is the one that is scored."""

        async def look() -> Score | None:
            score = await read_score(self.client, self.plan, period, agency)
            return score if score is not None and score.report_version == version else None

        found: Score = await wait_until(f"the score of {agency}, version {version}", look)
        return found

    async def score_is_gone(self, agency: str) -> None:
        """Wait until nothing stands of a unit's score."""

        async def look() -> bool:
            return await read_score(self.client, self.plan, PERIOD, agency) is None

        await wait_until(f"the score of {agency} to be void", look)

    async def receipt_in_state(self, receipt: str, state: str) -> Any:
        """Wait until a receipt tells a state."""

        async def look() -> Any:
            body = await self.client.get("reporting", f"/v1/receipts/{receipt}", role=SOURCE)
            return body if body["state"] == state else None

        return await wait_until(f"receipt {receipt} to be {state}", look)


def read_reports(plan: Plan) -> dict[str, Report]:
    """Read the illustrative values: one report of each unit."""
    with DATA.open(encoding="utf-8", newline="") as lines:
        rows = [dict(row) for row in csv.DictReader(lines)]
    return {row["agency"]: _report(plan, row.pop("agency"), row) for row in rows}


def _report(plan: Plan, agency: str, cells: dict[str, str]) -> Report:
    values = {code: text if text == "n/a" else Decimal(text) for code, text in cells.items()}
    return Report(id=f"bc-{agency}-1", movement=plan.movement, period=PERIOD, agency=agency, version=1, values=values)


def changed(report: Report, version: int, **values: Decimal | str | None) -> Report:
    """Make another version of a report."""
    spelled = {name.replace("__", ".").replace("_", "-"): value for name, value in values.items()}
    return replace(report, id=f"bc-{report.agency}-{version}", version=version, values={**report.values, **spelled})


async def open_period(client: Client, plan: Plan) -> None:
    """Open the period and move its dates by a recorded act, for the plan's own are long past."""
    period = f"/v1/movements/{plan.movement}/periods/{PERIOD}"
    await client.post("reporting", f"{period}/open", {}, role="standing-body")
    body = {"due_at": DUE_AT, "grace_ends_at": DUE_AT, "closes_at": DUE_AT, "reason": EXTENSION}
    await client.post("reporting", f"{period}/extend", body, role="standing-body")


async def return_and_resend(story: Story) -> Step:
    """A report is returned with a reason, and sent again."""
    first = changed(story.reports[KIM_BANG], 1, tiet_kiem__tai_san=Decimal(85))
    receipt = (await send_over_http(story.client, first, SOURCE)).json()["receipt"]
    before = await story.scored(KIM_BANG, 1)
    body = {"reason": RETURNED, "items": [{"criterion": "tiet-kiem.tai-san", "comment": COMMENT}]}
    path = f"/v1/reports/{story.plan.movement}/{PERIOD}/{KIM_BANG}/1/return"
    await story.client.post("reporting", path, body, role="standing-body")
    await story.receipt_in_state(receipt, "returned")
    await story.score_is_gone(KIM_BANG)
    await send_over_http(story.client, changed(story.reports[KIM_BANG], 2), SOURCE)
    after = await story.scored(KIM_BANG, 2)
    return Step(
        agency=KIM_BANG,
        done_vi=f"Báo cáo bị trả lại ({RETURNED.partition(';')[0]}), sửa và gửi lại thành phiên bản 2",
        done_en="The report was returned with a reason, mended, and sent again as version 2",
        seen=f"v1 {decimal_comma(before.total)} → returned → v2 {decimal_comma(after.total)}",
    )


async def correct(story: Story) -> Step:
    """A correction scores again."""
    first = changed(story.reports[DUY_TIEN], 1, giai_ngan=Decimal("83.1"))
    await send_over_http(story.client, first, SOURCE)
    before = await story.scored(DUY_TIEN, 1)
    await send_over_http(story.client, changed(story.reports[DUY_TIEN], 2), SOURCE)
    after = await story.scored(DUY_TIEN, 2)
    return Step(
        agency=DUY_TIEN,
        done_vi="Đính chính tỷ lệ giải ngân từ 83,1 % thành 93,1 %: hệ thống tính lại điểm",
        done_en="Disbursement was corrected from 83.1 % to 93.1 %: the score was computed again",
        seen=f"v1 {decimal_comma(before.total)} → v2 {decimal_comma(after.total)} (revision {before.revision} → {after.revision})",
    )


async def deliver_three_times(story: Story) -> Step:
    """The same event three times on Kafka counts once."""
    report = story.reports[LY_NHAN]
    await story.intake.send(SOURCE, [report, report, report])
    score = await story.scored(LY_NHAN, 1)
    kept = await story.client.get("reporting", f"/v1/reports/{story.plan.movement}/{PERIOD}/{LY_NHAN}", role="standing-body")
    sent = await story.client.get("reporting", "/v1/receipts", role=SOURCE, limit=200)
    receipts = [receipt for receipt in sent["items"] if receipt["event_id"] == report.id]
    if (len(kept["items"]), len(receipts)) != (1, 1):
        raise DemoFailed(f"one event sent three times was kept {len(kept['items'])} times, with {len(receipts)} receipts")
    return Step(
        agency=LY_NHAN,
        done_vi="Cùng một sự kiện được gửi ba lần qua Kafka",
        done_en="The same event was delivered three times over Kafka",
        seen=f"reports {len(kept['items'])}, receipts {len(receipts)}, total {decimal_comma(score.total)}",
    )


async def version_2_first(story: Story) -> Step:
    """Version 2 arrives before version 1: the version decides, not the arrival."""
    await story.intake.send(SOURCE, [changed(story.reports[BINH_LUC], 2)])
    await story.scored(BINH_LUC, 2)
    late = await send_over_http(story.client, changed(story.reports[BINH_LUC], 1, giai_ngan=Decimal(60)), SOURCE)
    receipt = await story.receipt_in_state(late.json()["receipt"], "superseded")
    score = await story.scored(BINH_LUC, 2)
    return Step(
        agency=BINH_LUC,
        done_vi="Phiên bản 2 đến trước phiên bản 1: phiên bản cao hơn có giá trị, không phải bản đến sau",
        done_en="Version 2 came before version 1: the higher version counts, not the later arrival",
        seen=f"v1 {receipt['state']}, v2 scored: {decimal_comma(score.total)}",
    )


async def send_malformed(story: Story) -> Step:
    """A malformed report gets a receipt that says what is wrong and how to mend it; the mended one is scored."""
    report = story.reports[THANH_LIEM]
    body = report.body().replace(b'"giai-ngan": 66.9', b'"giai-ngan": "66,9"').replace(b'"an-toan.tai-nan"', b'"an-toan.tai-nann"')
    await story.intake.send_raw(SOURCE, THANH_LIEM, body, headers_of("bc-hong", SOURCE))

    async def rejected() -> Any:
        found = await story.client.get("reporting", "/v1/receipts", role=SOURCE, state="rejected")
        return next((receipt for receipt in found["items"] if receipt["event_id"] == "bc-hong"), None)

    receipt = await wait_until("the receipt of the malformed report", rejected)
    await send_over_http(story.client, report, SOURCE)
    score = await story.scored(THANH_LIEM, 1)
    problems = "\n".join(
        f"{each['code']} {each['pointer']}\n  {each['detail_vi']} {each['mend_vi']}\n  {each['detail_en']} {each['mend_en']}"
        for each in receipt["problems"]
    )
    return Step(
        agency=THANH_LIEM,
        done_vi="Báo cáo sai định dạng: biên nhận từ chối nêu từng lỗi và cách sửa; bản sửa được chấm điểm",
        done_en="A malformed report: its receipt names each problem and how to mend it; the mended report was scored",
        seen=f"{problems}\n→ {decimal_comma(score.total)}",
    )


async def send_the_rest(story: Story) -> None:
    """All other units report, half of them on each way in."""
    told = {KIM_BANG, DUY_TIEN, LY_NHAN, BINH_LUC, THANH_LIEM}
    rest = [report for agency, report in story.reports.items() if agency not in told]
    await story.intake.send(SOURCE, rest[::2])
    for report in rest[1::2]:
        await send_over_http(story.client, report, SOURCE)
    for report in rest:
        await story.scored(report.agency, report.version)


async def close(story: Story) -> None:
    """Close the period, and wait until it is closed."""
    path = f"/v1/movements/{story.plan.movement}/periods/{PERIOD}"
    await story.client.post("reporting", f"{path}/close", {"reason": CLOSING}, role="standing-body")

    async def look() -> bool:
        found = await story.client.get("reporting", path, role="standing-body")
        return bool(found["state"] == "closed")

    await wait_until(f"{PERIOD} to be closed", look)


async def begin(client: Client, intake: Intake, plan: Plan) -> tuple[Story, list[Step]]:
    """Run story B until every unit has reported."""
    story = Story(client=client, intake=intake, plan=plan, reports=read_reports(plan))
    await open_period(client, plan)
    steps = [await tell(story) for tell in (return_and_resend, correct, deliver_three_times, version_2_first, send_malformed)]
    await send_the_rest(story)
    return story, steps
