"""The rules that the parts of a plan must keep together. Each check is one rule; all are examined, and each fault says how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from shared.plan.check_awards import check_awards
from shared.plan.check_criteria import check_criteria
from shared.plan.check_days import check_days
from shared.plan.check_subjects import check_subject, nodes_of, note_repeated, note_unknown
from shared.plan.circles import circle_from
from shared.plan.names import folded
from shared.plan.reading import Reading
from shared.plan.types import Plan, PlanAgency, TieKey
from shared.plan.values import places_of, plain


def check_plan(plan: Plan, reading: Reading) -> None:
    """Note every broken rule of the plan."""
    for check in (check_codes, check_criteria, check_notice, check_agencies, check_clusters, check_days, check_rules, check_awards):
        check(plan, reading)


def check_codes(plan: Plan, reading: Reading) -> None:
    """No code may name two things of one kind; bonuses and penalties are reported beside criteria and share their codes."""
    note_repeated(reading, [*nodes_of(plan.criteria), *plan.events])
    for things in (plan.agencies, plan.clusters, plan.periods, plan.grades, plan.awards):
        note_repeated(reading, things)


def check_notice(plan: Plan, reading: Reading) -> None:
    if plan.illustrative and not (plan.notice_vi and plan.notice_en):
        vi = "Kế hoạch minh họa (illustrative) phải có notice_vi và notice_en nói rõ phần nào là minh họa."
        en = "An illustrative plan must say in notice_vi and notice_en what in it is illustrative."
        reading.note("/illustrative", "notice-absent", vi, en)


def check_agencies(plan: Plan, reading: Reading) -> None:
    """Names and aliases find one agency only; successors exist; validity does not end before it begins."""
    codes = dict.fromkeys(agency.code for agency in plan.agencies)  # in order, and found at once among thousands
    successors: dict[str, tuple[str, ...]] = {agency.code: (agency.successor,) for agency in plan.agencies if agency.successor is not None}
    owner: dict[str, str] = {}
    for agency in plan.agencies:
        note_ambiguous(agency, owner, reading)
        if agency.successor is not None:
            note_unknown(reading, agency, "successor", agency.successor, codes)
            note_circle(agency, successors, reading)
        if agency.valid_from and agency.valid_to and agency.valid_to < agency.valid_from:
            reading.note_at(agency, "valid_to", "days-reversed", "Ngày kết thúc trước ngày bắt đầu.", "It ends before it begins.")


def note_circle(agency: PlanAgency, successors: Mapping[str, Sequence[str]], reading: Reading) -> None:
    """Following successors ends at a unit that still exists."""
    circle = circle_from(agency.code, successors)
    if circle:
        path = " → ".join(circle)
        vi = f"Đơn vị kế thừa tạo thành vòng ({path}); đơn vị cuối cùng không được có successor."
        en = f"Successors go in a circle ({path}); the last of them has no successor."
        reading.note_at(agency, "successor", "successor-circle", vi, en)


def note_ambiguous(agency: PlanAgency, owner: dict[str, str], reading: Reading) -> None:
    """Note each label of the agency that already names another, and make it the owner of the rest."""
    for label in (agency.code, agency.name_vi, agency.name_en, *agency.aliases):
        other = owner.setdefault(folded(label), agency.code)
        if other != agency.code:
            vi, en = f"“{label}” cũng chỉ đơn vị {other}; hãy đổi một tên.", f"“{label}” also names {other}; change one of them."
            reading.note_at(agency, "code", "agency-ambiguous", vi, en)


def check_clusters(plan: Plan, reading: Reading) -> None:
    """Every agency is ranked in exactly one cluster; only a successor of another may be in none yet."""
    codes = dict.fromkeys(agency.code for agency in plan.agencies)  # in order, and found at once among thousands
    home: dict[str, str] = {}
    for cluster, index, member in ((one, *placed) for one in plan.clusters for placed in enumerate(one.members)):
        note_unknown(reading, cluster, f"members/{index}", member, codes)
        if member in home:
            vi, en = f"“{member}” đã ở trong cụm {home[member]}.", f"“{member}” is already in the cluster {home[member]}."
            reading.note_at(cluster, f"members/{index}", "member-repeated", vi, en)
        home[member] = cluster.code
    successors = {agency.successor for agency in plan.agencies}
    for agency in plan.agencies:
        if agency.code not in home and agency.code not in successors:
            vi, en = f"“{agency.code}” không thuộc cụm nào; hãy thêm vào một cụm.", f"“{agency.code}” is in no cluster; add it to one."
            reading.note_at(agency, "code", "agency-without-cluster", vi, en)


def check_rules(plan: Plan, reading: Reading) -> None:
    """Grades stand from the best to the lowest; tie-break steps look at something that exists; the total's limits leave room."""
    check_grades(plan, reading)
    for index, step in enumerate(plan.tie_break):
        if step in plan.tie_break[:index]:
            vi, en = (
                "Bước này đã có ở trên nên không bao giờ quyết định gì; bỏ đi.",
                "This step stands above and never decides; leave it out.",
            )
            reading.note_at(step, "by", "step-repeated", vi, en)
        check_subject(plan, reading, step, step.criterion, needed=step.by is TieKey.POINTS, leaf=False)
    adjustments = plan.adjustments
    least, most = adjustments.total_minimum, adjustments.total_maximum
    if least is not None and most is not None and least > most:
        vi, en = "total_minimum lớn hơn total_maximum.", "total_minimum is above total_maximum."
        reading.note_at(adjustments, "total_minimum", "limits-reversed", vi, en)
    for key, limit in (("total_minimum", least), ("total_maximum", most)):
        if limit is not None and places_of(limit) > plan.total_places:
            vi, en = "Giới hạn của tổng điểm có nhiều chữ số thập phân hơn tổng điểm.", "The limit has more decimals than the total."
            reading.note_at(adjustments, key, "limit-too-precise", vi, en)


def check_grades(plan: Plan, reading: Reading) -> None:
    """Grades look at min(total, full marks), so each bound is lower than the one before, and none above full marks."""
    for higher, lower in pairwise(plan.grades):
        if lower.at_least >= higher.at_least:
            vi, en = "Xếp loại phải đi từ mức cao xuống thấp.", "Grades go from the highest bound to the lowest."
            reading.note_at(lower, "at_least", "grades-unordered", vi, en)
    for grade in plan.grades:
        if grade.at_least > plan.full_marks:
            marks = plain(plan.full_marks)
            vi, en = (
                f"Xếp loại xét min(tổng điểm, {marks}), nên mức này không ai đạt.",
                f"Grades look at min(total, {marks}): nobody reaches it.",
            )
            reading.note_at(grade, "at_least", "grade-unreachable", vi, en)
