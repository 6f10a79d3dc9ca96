"""The rules that the parts of a plan must keep together. Each check is one rule; all are examined, and each fault says how to mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from shared.plan.check_criteria import check_criteria
from shared.plan.names import folded
from shared.plan.periods import last_day_of_grace
from shared.plan.reading import Reading
from shared.plan.types import Criterion, CriterionGroup, Plan, PlanAgency, Subject, TieKey
from shared.plan.values import nearest_codes, places_of


def check_plan(plan: Plan, reading: Reading) -> None:
    """Note every broken rule of the plan."""
    for check in (check_codes, check_criteria, check_notice, check_agencies, check_clusters, check_periods, check_rules, check_awards):
        check(plan, reading)


def nodes_of(criteria: Iterable[Criterion | CriterionGroup]) -> Iterator[Criterion | CriterionGroup]:
    """Every criterion and group of the tree."""
    for node in criteria:
        yield node
        if isinstance(node, CriterionGroup):
            yield from nodes_of(node.members)


def check_codes(plan: Plan, reading: Reading) -> None:
    """No code may name two things of one kind; bonuses and penalties are reported beside criteria and share their codes."""
    note_repeated(reading, [*nodes_of(plan.criteria), *plan.events])
    for things in (plan.agencies, plan.clusters, plan.periods, plan.grades, plan.awards):
        note_repeated(reading, things)
    for award in plan.awards:
        note_repeated(reading, award.conditions)


def note_repeated(reading: Reading, things: Iterable[object]) -> None:
    seen: set[str] = set()
    for thing in things:
        code = str(getattr(thing, "code"))  # noqa: B009 - the kinds share the field, not a type
        if code in seen:
            vi, en = f"Mã “{code}” đã được dùng ở trên; mỗi mã chỉ dùng một lần.", f"The code “{code}” is used above; use each code once."
            reading.note_at(thing, "code", "code-repeated", vi, en)
        seen.add(code)


def note_unknown(reading: Reading, thing: object, key: str, code: str, known: Collection[str]) -> None:
    """Note a code that names nothing, with the nearest that do."""
    if code in known or code in reading.unread_codes:
        return
    nearest = ", ".join(nearest_codes(code, known))
    vi = f"Không có mã “{code}” trong kế hoạch." + (f" Có phải là {nearest}?" if nearest else "")
    en = f"The plan has no “{code}”." + (f" Did you mean {nearest}?" if nearest else "")
    reading.note_at(thing, key, "code-unknown", vi, en)


def check_notice(plan: Plan, reading: Reading) -> None:
    if plan.illustrative and not (plan.notice_vi and plan.notice_en):
        vi = "Kế hoạch minh họa (illustrative) phải có notice_vi và notice_en nói rõ phần nào là minh họa."
        en = "An illustrative plan must say in notice_vi and notice_en what in it is illustrative."
        reading.note("/illustrative", "notice-absent", vi, en)


def check_agencies(plan: Plan, reading: Reading) -> None:
    """Names and aliases find one agency only; successors exist; validity does not end before it begins."""
    codes = dict.fromkeys(agency.code for agency in plan.agencies)  # in order, and found at once among thousands
    owner: dict[str, str] = {}
    for agency in plan.agencies:
        note_ambiguous(agency, owner, reading)
        if agency.successor is not None:
            note_unknown(reading, agency, "successor", agency.successor, codes)
        if agency.valid_from and agency.valid_to and agency.valid_to < agency.valid_from:
            reading.note_at(agency, "valid_to", "days-reversed", "Ngày kết thúc trước ngày bắt đầu.", "It ends before it begins.")


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


def check_periods(plan: Plan, reading: Reading) -> None:
    """from ≤ to; grace only with a due day; the close not before the last day of grace."""
    for period in plan.periods:
        if period.to_date < period.from_date:
            reading.note_at(period, "to", "days-reversed", "Kỳ kết thúc trước khi bắt đầu.", "The period ends before it begins.")
        if period.grace_days and period.due is None:
            vi, en = "Có số ngày ân hạn thì phải có hạn nộp (due).", "Days of grace need a due day (due)."
            reading.note_at(period, "grace_days", "grace-without-due", vi, en)
        last = last_day_of_grace(plan, period)
        if last and period.close and period.close < last:
            vi, en = "Kỳ đóng trước ngày ân hạn cuối cùng.", "The period closes before the last day of grace."
            reading.note_at(period, "close", "close-before-due", vi, en)


def check_rules(plan: Plan, reading: Reading) -> None:
    """Grades stand from the best to the lowest; tie-break steps look at something that exists; the total's limits leave room."""
    for higher, lower in zip(plan.grades, plan.grades[1:], strict=False):
        if lower.at_least >= higher.at_least:
            vi, en = "Xếp loại phải đi từ mức cao xuống thấp.", "Grades go from the highest bound to the lowest."
            reading.note_at(lower, "at_least", "grades-unordered", vi, en)
    for step in plan.tie_break:
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


def check_awards(plan: Plan, reading: Reading) -> None:
    """Awards name clusters and criteria that exist."""
    for award in plan.awards:
        for index, cluster in enumerate(award.clusters):
            note_unknown(reading, award, f"clusters/{index}", cluster, [one.code for one in plan.clusters])
        for condition in award.conditions:
            needed = condition.subject in {Subject.POINTS, Subject.VALUE}
            check_subject(plan, reading, condition, condition.criterion, needed=needed, leaf=condition.subject is Subject.VALUE)


def check_subject(plan: Plan, reading: Reading, thing: object, criterion: str | None, *, needed: bool, leaf: bool) -> None:
    """A rule that looks at points or a value names the criterion; any other names none."""
    if criterion is None and needed:
        vi, en = "Thiếu khóa “criterion”: xét tiêu chí nào?", "The key “criterion” is required: which one is looked at?"
        reading.note_at(thing, "criterion", "criterion-absent", vi, en)
    elif criterion is not None and not needed:
        vi, en = "Quy tắc này không xét riêng tiêu chí nào; bỏ khóa “criterion”.", "This rule looks at no criterion; leave “criterion” out."
        reading.note_at(thing, "criterion", "criterion-unneeded", vi, en)
    elif criterion is not None:
        with_value = [leaf.code for leaf in plan.leaves] + [event.code for event in plan.events]
        with_points = [one.code for one in nodes_of(plan.criteria)]
        note_unknown(reading, thing, "criterion", criterion, with_value if leaf else with_points)
