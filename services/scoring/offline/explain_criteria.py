"""Criteria, bonuses, penalties, totals and ranking in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from services.scoring.offline.explain_words import NOTHING, Item, clause, figure, joined, points, say, when
from shared.plan.types import (
    BandsMeasure,
    BooleanMeasure,
    CountMeasure,
    Criterion,
    CriterionGroup,
    Direction,
    EventAdjustment,
    LeaderScaledMeasure,
    OnAbsent,
    Plan,
    PointsMeasure,
    RatioMeasure,
    Sentence,
    TieKey,
    TieStep,
    WhenNobody,
)

ABSENT = {
    OnAbsent.ZERO: say("0 điểm", "0 points"),
    OnAbsent.EXCLUDE: say(
        "không tính tiêu chí này, điểm tối đa chia lại cho các tiêu chí khác", "left out, its maximum is shared out among the others"
    ),
    OnAbsent.BLOCK: say("không có tổng điểm, không xếp hạng", "no total and no rank"),
}
LEADER = say(
    "Dưới chỉ tiêu được phần tương ứng của nửa điểm tối đa; đạt chỉ tiêu được nửa; đơn vị vượt chỉ tiêu của mình nhiều nhất (theo tỷ lệ) "
    "được điểm tối đa, các đơn vị vượt khác được phần tương ứng.",
    "Below it a part of half the maximum; at it half; who goes furthest beyond its own target, in proportion, takes the maximum, others "
    "above theirs a part of the rest.",
)


def criteria_items(plan: Plan) -> Iterator[Item]:
    """Every group and criterion, each group before its members."""
    whole = plan.criteria_maximum
    if whole is not None:
        most = figure(whole)
        yield Item(section="criteria_maximum", key="", title=say(f"Tổng điểm tối đa: {most.vi}", f"Most points together: {most.en}"))
    for node in plan.criteria:
        yield from node_items(node, 0)


def node_items(node: Criterion | CriterionGroup, depth: int) -> Iterator[Item]:
    most = points(node.maximum) if node.maximum is not None else None
    limit = when(most, f", tối đa {most.vi}", f", at most {most.en}") if most else NOTHING
    title = say(f"[{node.code}] {node.name_vi}{limit.vi}", f"[{node.code}] {node.name_en}{limit.en}")
    if isinstance(node, CriterionGroup):
        yield Item(section="criteria", key=node.code, title=title, depth=depth)
        for member in node.members:
            yield from node_items(member, depth + 1)
        return
    cited = clause(node.clause)
    title = say(title.vi + cited.vi, title.en + cited.en)
    yield Item(section="criteria", key=node.code, title=title, lines=tuple(leaf_lines(node)), depth=depth)


def leaf_lines(leaf: Criterion) -> Iterator[Sentence]:
    """How a value becomes points, what an absent one does, and which values are taken."""
    yield measure_words(leaf.measure, leaf)
    missing, other = ABSENT[leaf.on_missing], ABSENT[leaf.on_not_applicable]
    yield say(f"Thiếu số liệu: {missing.vi}. Không áp dụng: {other.vi}.", f"Missing: {missing.en}. Not applicable: {other.en}.")
    if leaf.when_nobody is WhenNobody.NOT_MEASURED:
        yield say(
            "Nếu cả cụm không đơn vị nào có số liệu thì coi như không đo và không tính cho ai.",
            "Where nobody in the cluster has a value it was not measured and counts for nobody.",
        )
    if not isinstance(leaf.measure, BooleanMeasure):
        yield values_words(leaf)


def values_words(leaf: Criterion) -> Sentence:
    """The values that a report may carry."""
    low = figure(leaf.value_minimum)
    high = figure(leaf.value_maximum) if leaf.value_maximum is not None else None
    places = leaf.value_places
    parts = (
        say(f"từ {low.vi}", f"from {low.en}"),
        when(high, f"đến {high.vi}", f"to {high.en}") if high else NOTHING,
        when(leaf.unit_vi or leaf.unit_en, leaf.unit_vi or leaf.unit_en, leaf.unit_en or leaf.unit_vi),
    )
    said, fine = joined(parts, " "), when(places is not None, f", tối đa {places} chữ số thập phân", f", at most {places} decimals")
    return say(f"Số liệu nhận: {said.vi}{fine.vi}.", f"Values taken: {said.en}{fine.en}.")


@singledispatch
def measure_words(measure: object, leaf: Criterion) -> Sentence:  # noqa: ARG001 - every measure has this signature
    """How a value becomes points."""
    raise TypeError(type(measure))


@measure_words.register
def _(measure: PointsMeasure, _leaf: Criterion) -> Sentence:
    cap = points(measure.cap) if measure.cap is not None else None
    limit = say(f", phần vượt {cap.vi} bị cắt", f", cut at {cap.en}") if cap else NOTHING
    return say(f"Cách tính: số liệu chính là điểm{limit.vi}.", f"Points: the value itself{limit.en}.")


@measure_words.register
def _(measure: RatioMeasure, leaf: Criterion) -> Sentence:
    target = figure(measure.target)
    up = leaf.direction is Direction.HIGHER
    how_vi = f"điểm tối đa × số liệu / {target.vi}" if up else f"điểm tối đa × {target.vi} / số liệu (càng thấp càng tốt)"
    how_en = f"maximum × value / {target.en}" if up else f"maximum × {target.en} / value (less is better)"
    return say(
        f"Cách tính: {how_vi}, không quá điểm tối đa. Số liệu là tỷ lệ trên {measure.denominator_vi}.",
        f"Points: {how_en}, at most the maximum. The value is a share of {measure.denominator_en}.",
    )


@measure_words.register
def _(measure: BandsMeasure, leaf: Criterion) -> Sentence:
    up = leaf.direction is Direction.HIGHER
    vi, en = ("từ", "at least") if up else ("không quá", "at most")
    bands = joined(
        say(f"{vi} {bound.vi} được {worth.vi}", f"{en} {bound.en} earns {worth.en}")
        for bound, worth in ((figure(band.bound), points(band.points)) for band in measure.bands)
    )
    rest = points(measure.otherwise)
    return say(f"Cách tính theo bậc: {bands.vi}; còn lại {rest.vi}.", f"Points by bands: {bands.en}; otherwise {rest.en}.")


@measure_words.register
def _(_measure: BooleanMeasure, leaf: Criterion) -> Sentence:
    if leaf.direction is Direction.HIGHER:
        return say("Cách tính: có (1) được điểm tối đa, không (0) được 0 điểm.", "Points: yes (1) earns the maximum, no (0) nothing.")
    return say("Cách tính: không (0) được điểm tối đa, có (1) được 0 điểm.", "Points: no (0) earns the maximum, yes (1) nothing.")


@measure_words.register
def _(measure: CountMeasure, leaf: Criterion) -> Sentence:
    each, vi = points(measure.points_each), leaf.unit_vi or "lần"
    counted = f" ({leaf.unit_en})" if leaf.unit_en else ""
    if leaf.direction is Direction.HIGHER:
        return say(
            f"Cách tính: mỗi {vi} được {each.vi}, không quá điểm tối đa.", f"Points: {each.en} for each{counted}, at most the maximum."
        )
    return say(
        f"Cách tính: bắt đầu từ điểm tối đa, mỗi {vi} bị trừ {each.vi}, không dưới 0.",
        f"Points: the maximum less {each.en} for each{counted}, not below 0.",
    )


@measure_words.register
def _(measure: LeaderScaledMeasure, _leaf: Criterion) -> Sentence:
    target = figure(measure.target)
    own = joined((say(f"{one.agency} {figure(one.target).vi}", f"{one.agency} {figure(one.target).en}") for one in measure.targets), ", ")
    named = when(own.vi, f"; riêng {own.vi}", f"; of {own.en}")
    return say(
        f"Cách tính so với đơn vị dẫn đầu: chỉ tiêu {target.vi}{named.vi}. {LEADER.vi}",
        f"Points against the leader: the target is {target.en}{named.en}. {LEADER.en}",
    )


def adjustment_items(plan: Plan) -> Iterator[Item]:
    """Bonuses, penalties, lateness, limits."""
    rules = plan.adjustments
    for event in rules.bonuses:
        yield event_item(event, "thưởng", "bonus")
    for event in rules.penalties:
        yield event_item(event, "trừ", "penalty")
    if rules.late is not None:
        each, most, cited = points(rules.late.points_per_day), points(rules.late.maximum), clause(rules.late.clause)
        vi = f"Nộp chậm: trừ {each.vi} mỗi ngày sau hạn nộp và ngày ân hạn, tối đa {most.vi}{cited.vi}"
        en = f"Late reports: {each.en} off a day after the due day and the grace, at most {most.en}{cited.en}"
        yield Item(section="adjustments", key="late", title=say(vi, en))
    limits = (
        ("bonus_maximum", rules.bonus_maximum, "Tổng điểm thưởng tối đa", "Most bonus together"),
        ("penalty_maximum", rules.penalty_maximum, "Tổng điểm trừ tối đa, kể cả nộp chậm", "Most penalty together, lateness included"),
        ("total_maximum", rules.total_maximum, "Tổng điểm không vượt quá", "The total is at most"),
        ("total_minimum", rules.total_minimum, "Tổng điểm không dưới", "The total is at least"),
    )
    for key, limit, vi, en in limits:
        if limit is not None:
            yield Item(section="adjustments", key=key, title=say(f"{vi}: {figure(limit).vi}", f"{en}: {figure(limit).en}"))


def event_item(event: EventAdjustment, vi: str, en: str) -> Item:
    each, cited = points(event.points_each), clause(event.clause)
    return Item(
        section="adjustments",
        key=event.code,
        title=say(
            f"[{event.code}] {event.name_vi}: {vi} {each.vi} mỗi lần, tối đa {event.count_maximum} lần{cited.vi}",
            f"[{event.code}] {event.name_en}: {en} of {each.en} each, at most {event.count_maximum}{cited.en}",
        ),
    )


def total_items(plan: Plan) -> Iterator[Item]:
    """Rounding, grades, tie-breaks."""
    places = plan.total_places
    yield Item(
        section="total_places",
        key="",
        title=say(
            f"Tổng điểm làm tròn một lần, nửa lên, đến {places} chữ số thập phân; xếp hạng theo tổng điểm đã làm tròn",
            f"The total is rounded once, half up, at {places} decimals; ranks use the rounded total",
        ),
    )
    marks = figure(plan.full_marks)
    for grade in plan.grades:
        least = points(grade.at_least)
        yield Item(
            section="grades",
            key=grade.code,
            title=say(
                f"Xếp loại {grade.name_vi}: từ {least.vi} (xét không quá {marks.vi})",
                f"Grade {grade.name_en}: {least.en} or more (of at most {marks.en})",
            ),
        )
    for number, step in enumerate(plan.tie_break, start=1):
        what = tie_words(plan, step)
        vi, en = f"Bằng tổng điểm, bước {number}: {what.vi}", f"Equal totals, step {number}: {what.en}"
        yield Item(section="tie_break", key=str(number), title=say(vi, en))


def tie_words(plan: Plan, step: TieStep) -> Sentence:
    if step.by is TieKey.PENALTY:
        return say("ít điểm trừ hơn", "fewer points taken off")
    if step.by is TieKey.SUBMITTED:
        return say("nộp báo cáo sớm hơn", "the earlier report")
    name = name_of(plan, step.criterion or "")
    return say(f"điểm “{name.vi}” cao hơn", f"more points for “{name.en}”")


def name_of(plan: Plan, code: str) -> Sentence:
    """The name of a criterion, group, bonus or penalty."""
    nodes = [*nodes_in(plan.criteria), *plan.events]
    found = next((node for node in nodes if node.code == code), None)
    return say(code, code) if found is None else say(found.name_vi, found.name_en)


def nodes_in(criteria: tuple[Criterion | CriterionGroup, ...]) -> Iterator[Criterion | CriterionGroup]:
    for node in criteria:
        yield node
        yield from nodes_in(node.members) if isinstance(node, CriterionGroup) else ()
