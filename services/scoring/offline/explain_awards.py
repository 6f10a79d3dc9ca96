"""Appraisal, vetoes and awards in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from services.scoring.domain.selection import sentence_for_first
from services.scoring.offline.explain_criteria import name_of
from services.scoring.offline.explain_words import NOTHING, Item, clause, figure, joined, say, when
from shared.plan.types import (
    AllQualified,
    AwardRule,
    Comparison,
    Condition,
    Covers,
    FirstOf,
    Plan,
    Sentence,
    ShareOf,
    ShareRounding,
    Subject,
    TiesAtLine,
)

ROUNDINGS = {
    ShareRounding.DOWN: say("làm tròn xuống", "rounded down"),
    ShareRounding.UP: say("làm tròn lên", "rounded up"),
    ShareRounding.HALF_UP: say("làm tròn nửa lên", "rounded half up"),
}
SUBJECTS = {
    Subject.TOTAL: say("tổng điểm", "the total"),
    Subject.POINTS: say("điểm của", "the points of"),
    Subject.VALUE: say("số liệu của", "the value of"),
    Subject.PENALTY: say("tổng điểm trừ", "all points taken off"),
}


def award_items(plan: Plan) -> Iterator[Item]:
    """What is asked before awards, what bars them, and each award rule."""
    if plan.appraisal is not None:
        yield appraisal_item(plan)
    for veto in plan.vetoes:
        words = condition_words(plan, veto)
        title = say(f"Điều kiện loại, không trừ điểm: {words.vi}", f"Veto, without loss of points: {words.en}")
        yield Item(section="vetoes", key=veto.code, title=title)
    for rule in plan.awards:
        title = say(f"[{rule.code}] {rule.form_vi}", f"[{rule.code}] {rule.form_en}")
        yield Item(section="awards", key=rule.code, title=title, lines=tuple(line for line in award_lines(plan, rule) if line.vi))


def appraisal_item(plan: Plan) -> Item:
    asked = plan.appraisal
    tolerance = figure(asked.tolerance) if asked is not None and asked.tolerance is not None else None
    more = NOTHING
    if tolerance is not None:
        more = say(
            f"; chênh lệch với điểm tự chấm quá {tolerance.vi} điểm phải nêu lý do",
            f"; more than {tolerance.en} points from the self-score need a reason",
        )
    vi, en = (
        ("phải thẩm định mới xét khen", "asked before awards") if asked is not None and asked.required else ("không bắt buộc", "optional")
    )
    return Item(section="appraisal", key="", title=say(f"Thẩm định: {vi}{more.vi}", f"Appraisal: {en}{more.en}"))


def award_lines(plan: Plan, rule: AwardRule) -> Iterator[Sentence]:
    """Who decides, who qualifies, who is chosen, and what has to be done before it is granted."""
    level, cited = when(rule.level_vi, f", {rule.level_vi}", f", {rule.level_en}"), clause(rule.clause)
    yield say(f"Người quyết định: {rule.decided_by_vi}{level.vi}{cited.vi}.", f"Decided by: {rule.decided_by_en}{level.en}{cited.en}.")
    if rule.covers is Covers.MOVEMENT:
        yield say(
            "Xét cả phong trào: điều kiện phải đạt trong mọi kỳ, tổng điểm các kỳ cộng lại.",
            "Covers the movement: conditions hold in every period, the totals of all periods are added up.",
        )
    names = ", ".join(rule.clusters)
    yield when(names, f"Chỉ các cụm: {names}.", f"Only the clusters: {names}.")
    for condition in rule.conditions:
        words = condition_words(plan, condition)
        yield say(f"Điều kiện: {words.vi}.", f"Condition: {words.en}.")
    chosen = selection_words(rule)
    yield say(f"Chọn: {chosen.vi}.", f"Chosen: {chosen.en}.")
    yield from limit_lines(rule)
    yield from procedure_lines(rule)


def condition_words(plan: Plan, condition: Condition) -> Sentence:
    """The plan's own sentence, and beside it what is in fact checked."""
    name = name_of(plan, condition.criterion) if condition.criterion else NOTHING
    subject, limit, cited = SUBJECTS[condition.subject], figure(condition.limit), clause(condition.clause)
    what_vi, what_en = f"{subject.vi} {quoted(name.vi)}".strip(), f"{subject.en} {quoted(name.en)}".strip()
    least = condition.comparison is Comparison.AT_LEAST
    vi = f"{condition.sentence_vi}{cited.vi} [{what_vi} {'≥' if least else '≤'} {limit.vi}]"
    return say(vi, f"{condition.sentence_en}{cited.en} [{what_en} {'≥' if least else '≤'} {limit.en}]")


def quoted(name: str) -> str:
    return f"“{name}”" if name else ""


def selection_words(rule: AwardRule) -> Sentence:
    match rule.selection:
        case AllQualified():
            return say("mọi đơn vị đủ điều kiện", "every unit that meets the conditions")
        case FirstOf() as first:
            return sentence_for_first(first)
        case ShareOf() as share:
            percent, rounding = figure(share.percent), ROUNDINGS[share.rounding]
            whole = share.ties is TiesAtLine.INCLUDE
            tie_vi, tie_en = ("đồng hạng ở ranh giới thì lấy cả", "a joint rank across the line is taken whole")
            if not whole:
                tie_vi, tie_en = ("đồng hạng ở ranh giới thì không lấy", "a joint rank across the line is left out whole")
            vi = f"{percent.vi} % số đơn vị đủ điều kiện của mỗi cụm, {rounding.vi} ({tie_vi})"
            return say(vi, f"{percent.en} % of the qualified units of each cluster, {rounding.en} ({tie_en})")


def limit_lines(rule: AwardRule) -> Iterator[Sentence]:
    """Quota, years between awards, other awards."""
    quota, years, others = rule.quota, rule.again_after_years, ", ".join(rule.not_beside)
    yield when(
        quota,
        f"Chỉ tiêu: nhiều nhất {quota}, cộng mọi cụm, lấy từ tổng điểm cao nhất; đồng điểm giữa các cụm ở ranh giới thì không lấy.",
        f"Quota: at most {quota} over all clusters, the best totals first; a tie across clusters at the line is left out whole.",
    )
    yield when(
        years,
        f"Phải cách lần khen trước theo quy tắc này ít nhất {years} năm, tính theo ngày kết thúc kỳ.",
        f"At least {years} year(s) since the last one under this rule, from the end of one period to the end of the other.",
    )
    yield when(
        others, f"Không đề xuất cùng: {others} (một thành tích, một lần khen).", f"Not beside: {others} (one achievement, one award)."
    )


def procedure_lines(rule: AwardRule) -> Iterator[Sentence]:
    """Dossier, public comment, vote."""
    papers = joined((say(item.name_vi, item.name_en) for item in rule.dossier), "; ")
    yield when(papers.vi, f"Hồ sơ: {papers.vi}.", f"Dossier: {papers.en}.")
    days = rule.public_comment_days
    yield when(days, f"Lấy ý kiến công khai {days} ngày làm việc.", f"Public comment for {days} working days.")
    if rule.vote is not None:
        written = rule.vote.written_opinions
        vi, en = (
            ("nhận ý kiến bằng văn bản", "written opinions count") if written else ("không nhận ý kiến bằng văn bản", "no written opinions")
        )
        all_vi, all_en = (f"tổng số {members}", f"all {members}") if (members := rule.vote.members) else ("tổng số", "all")
        yield say(
            f"Biểu quyết: ít nhất {rule.vote.percent} % trên {all_vi} thành viên Hội đồng; {vi}.",
            f"Vote: at least {rule.vote.percent} % of {all_en} members of the council; {en}.",
        )
