"""What the plan's rules do, seen in the services' answers: lateness, a value that does not apply, a tie, a leader whom a veto bars."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deploy.local.demo.client import DemoFailed
from deploy.local.demo.ha_nam import PERIOD, PHU_LY, SO_NV, SOURCE, THANH_LIEM, Story
from deploy.local.demo.outcome import Part, Ranking, RankRow, Score, Step, names_of, points_or_none, read_score
from deploy.local.demo.sending import send_over_http
from deploy.local.demo.tables import decimal_comma
from shared.plan.periods import local_day, start_of_day

YEAR = "2023"
LATE_REASON = "Ấn định thời hạn của kỳ cả năm; the due day of the year's period is set"


async def late_report(story: Story) -> Step:
    """A report that comes days after the grace costs what the plan says for each day."""
    today = local_day(datetime.now(UTC))
    period = f"/v1/movements/{story.plan.movement}/periods/{YEAR}"
    await story.client.post("reporting", f"{period}/open", {}, role="standing-body")
    # The due day ends where the next one begins: three days before today, and a day of grace.
    due_at, grace_ends_at = (start_of_day(today - timedelta(days=days)).isoformat() for days in (3, 2))
    dates = {"due_at": due_at, "grace_ends_at": grace_ends_at, "reason": LATE_REASON}
    await story.client.post("reporting", f"{period}/extend", dates, role="standing-body")
    await send_over_http(story.client, replace(story.reports[THANH_LIEM], id="bc-2023-thanh-liem", period=YEAR), SOURCE)
    score = await story.scored(THANH_LIEM, 1, YEAR)
    return Step(
        agency=THANH_LIEM,
        done_vi="Báo cáo cả năm nộp chậm: bị trừ điểm theo từng ngày sau thời gian ân hạn",
        done_en="The report for the whole year came late: points are taken off for each day after the grace",
        seen=f"{said(part_of(score, 'late'))}\n→ {decimal_comma(score.total)}",
    )


async def not_applicable(story: Story) -> Step:
    """A value that does not apply is no zero: the plan says what becomes of its points."""
    score = await read_score(story.client, story.plan, PERIOD, SO_NV)
    if score is None:
        raise DemoFailed(f"{SO_NV} has no score")
    return Step(
        agency=SO_NV,
        done_vi="Đơn vị không có công trình xây dựng báo “không áp dụng”: khác với chưa có số liệu và khác với số 0",
        done_en="A unit that builds nothing reports “not applicable”: neither missing nor zero",
        seen="\n".join(said(part_of(score, code)) for code in ("tien-do.dung-han", "redistribution")),
    )


def tie(rankings: list[Ranking]) -> Step:
    """Of two units with one total the first step of the plan's list that differs says which is before."""
    before, after = next(pair for ranking in rankings for pair in ties_in(ranking))
    return Step(
        agency=before.agency,
        done_vi=f"Bằng điểm {after.name_vi} ({decimal_comma(after.total)}): bước phân hạng đầu tiên có khác biệt quyết định thứ hạng",
        done_en=f"The same total as {after.name_en} ({after.total}): the first tie-break step that differs decides",
        seen=f"{before.rank}. {before.name_vi}, {after.rank}. {after.name_vi}: {before.note_vi}\n{before.note_en}",
    )


def ties_in(ranking: Ranking) -> Iterator[tuple[RankRow, RankRow]]:
    """Neighbours with one total, and a step that set them apart."""
    for before, after in zip(ranking.rows, ranking.rows[1:], strict=False):
        if before.total is not None and before.total == after.total and before.rank != after.rank:
            yield before, after


async def barred_leader(story: Story) -> Step:
    """The first by points is not suggested, and is told why."""
    path = f"/v1/judgements/{story.plan.movement}/{PERIOD}"
    found = await story.client.get("scoring", path, role="council", cluster="cap-huyen")
    rule = next(rule for rule in found["items"][0]["rules"] if rule["rule"] == "bang-khen")
    leader = next((unit for unit in rule["barred"] if unit["agency"] == PHU_LY), None)
    if leader is None or leader["rank"] != 1 or PHU_LY in {unit["agency"] for unit in rule["suggested"]}:
        raise DemoFailed(f"{PHU_LY} is not the leader whom a veto bars: {rule}")
    why = "\n".join(f"{bar['vi']}\n{bar['en']}" for bar in leader["bars"])
    names = names_of(story.plan)
    others = ", ".join(names[unit["agency"]][0] for unit in rule["suggested"])
    return Step(
        agency=PHU_LY,
        done_vi="Đứng đầu bảng điểm nhưng không được đề xuất khen thưởng",
        done_en="First by points, and not proposed for any award",
        seen=f"1. {decimal_comma(points_or_none(leader['total']))}: {why}\nđược đề xuất · proposed: {others}",
    )


def part_of(score: Score, code: str) -> Part:
    """One part of a score."""
    found = next((part for part in score.parts if part.criterion == code), None)
    if found is None:
        raise DemoFailed(f"the score of {score.agency} has no part {code}")
    return found


def said(part: Part) -> str:
    """Why a part has its points, in both languages."""
    return f"{part.vi}\n{part.en}"
