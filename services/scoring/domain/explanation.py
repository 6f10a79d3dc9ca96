"""Why a unit has its points: one sentence for each part of its score, in Vietnamese and in English."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain import wording
from services.scoring.domain.appraisal import by_rule
from services.scoring.domain.appraisal_sentences import sentences_of_people
from services.scoring.domain.criterion_parts import effect_of
from services.scoring.domain.explained_measures import sentence_for_value
from services.scoring.domain.parts import Part, PartKind, State
from shared.plan.types import Criterion, EventAdjustment, OnAbsent, Sentence

ABSENT = {
    State.MISSING: Sentence(vi="chưa có số liệu", en="the value is missing"),
    State.NOT_APPLICABLE: Sentence(vi="đơn vị báo không áp dụng", en="the unit reports that it does not apply"),
}
EFFECTS = {
    OnAbsent.ZERO: Sentence(vi="theo kế hoạch được tính 0 điểm", en="by the plan this gives 0 points"),
    OnAbsent.EXCLUDE: Sentence(
        vi="theo kế hoạch không tính tiêu chí này và chia lại điểm tối đa cho các tiêu chí còn lại",
        en="by the plan the criterion is left out and its maximum is shared out among the others",
    ),
    OnAbsent.BLOCK: Sentence(vi="theo kế hoạch thì không có tổng điểm", en="by the plan there is then no total"),
}
LIMITS = {
    "bonus-maximum": Sentence(vi="Điểm thưởng vượt mức tối đa", en="The bonus is above its maximum"),
    "penalty-maximum": Sentence(vi="Điểm trừ vượt mức tối đa", en="The penalty is above its maximum"),
    "total-maximum": Sentence(vi="Tổng điểm vượt mức tối đa", en="The total is above its maximum"),
    "total-minimum": Sentence(vi="Tổng điểm dưới mức tối thiểu", en="The total is below its minimum"),
}


def sentence_for(part: Part) -> Sentence:
    """The sentence of any part."""
    match part.kind:
        case PartKind.CRITERION:
            return sentence_for_criterion(part)
        case PartKind.REDISTRIBUTION:
            return sentence_for_redistribution(part)
        case PartKind.BONUS | PartKind.PENALTY:
            return sentence_for_event(part)
        case PartKind.LATE:
            return sentence_for_lateness(part)
        case PartKind.LIMIT:
            return sentence_for_limit(part)
        case PartKind.ROUNDING:
            return sentence_for_rounding(part)


def sentence_for_criterion(part: Part) -> Sentence:
    criterion = part.source
    if not isinstance(criterion, Criterion):
        raise TypeError(f"part {part.code} has no criterion")
    said = sentence_for_absence(criterion, part) if part.value is None else sentence_for_value(criterion, by_rule(part))
    if part.appraised is None and part.self_score is None:
        return Sentence(vi=f"{said.vi}.", en=f"{said.en}.")
    more = sentences_of_people(part)
    return Sentence(vi=f"{said.vi}.{more.vi}", en=f"{said.en}.{more.en}")


def sentence_for_absence(criterion: Criterion, part: Part) -> Sentence:
    name, said = wording.title(criterion), sentence_for_state(part)
    return Sentence(vi=f"{name.vi}: {said.vi}", en=f"{name.en}: {said.en}")


def sentence_for_state(part: Part) -> Sentence:
    """Missing, not applicable and not measured each say what they are and what the plan makes of it."""
    effect = effect_of(part)
    if effect is None:
        return Sentence(
            vi="không đơn vị nào trong cụm có số liệu, nên tiêu chí không được đo trong kỳ này và không tính cho đơn vị nào",
            en="nobody in the cluster has a value, so it was not measured in this period and counts for nobody",
        )
    return Sentence(vi=f"{ABSENT[part.state].vi}; {EFFECTS[effect].vi}", en=f"{ABSENT[part.state].en}; {EFFECTS[effect].en}")


def trace_of(part: Part, name: str) -> Decimal:
    return dict(part.trace)[name]


def sentence_for_redistribution(part: Part) -> Sentence:
    whole, left = (wording.figure(trace_of(part, name)) for name in ("maximum_whole", "maximum_left"))
    points, gained = wording.figure(trace_of(part, "points")), wording.points(part.points)
    return Sentence(
        vi=f"Chia lại điểm của tiêu chí không tính: {points.vi} × {whole.vi} / {left.vi}, tức thêm {gained.vi}.",
        en=f"Shared out from criteria left out: {points.en} × {whole.en} / {left.en}, which adds {gained.en}.",
    )


def sentence_for_event(part: Part) -> Sentence:
    event = part.source
    if not isinstance(event, EventAdjustment) or part.value is None:
        raise TypeError(f"part {part.code} has no event")
    name, count = wording.title(event), wording.figure(part.value)
    each, changed = wording.points(event.points_each), wording.points(part.points.copy_abs())
    added = part.kind is PartKind.BONUS
    return Sentence(
        vi=f"{name.vi}: {count.vi} × {each.vi}, {'cộng' if added else 'trừ'} {changed.vi}.",
        en=f"{name.en}: {count.en} × {each.en}, {changed.en} {'added' if added else 'taken off'}.",
    )


def sentence_for_lateness(part: Part) -> Sentence:
    if part.value is None:
        return Sentence(
            vi="Không biết thời điểm nộp báo cáo, nên không xét nộp chậm.",
            en="The instant of submission is not known, so lateness is not judged.",
        )
    if not part.value:
        return Sentence(vi="Báo cáo nộp đúng hạn, không bị trừ điểm.", en="The report was on time; nothing is taken off.")
    return sentence_for_late_days(part, wording.figure(part.value))


def sentence_for_late_days(part: Part, days: Sentence) -> Sentence:
    daily, most = wording.points(trace_of(part, "points_per_day")), wording.figure(trace_of(part, "maximum"))
    lost, grace = wording.points(part.points.copy_abs()), wording.figure(trace_of(part, "grace_days"))
    return Sentence(
        vi=f"Báo cáo nộp chậm {days.vi} ngày sau {grace.vi} ngày ân hạn, mỗi ngày {daily.vi}, tối đa {most.vi}: trừ {lost.vi}.",
        en=f"The report was {days.en} day(s) late after {grace.en} of grace, {daily.en} a day, at most {most.en}: {lost.en} taken off.",
    )


def sentence_for_limit(part: Part) -> Sentence:
    limit, changed, what = wording.figure(limit_of(part)), wording.figure(part.points), LIMITS[part.code]
    return Sentence(
        vi=f"{what.vi} {limit.vi}: điều chỉnh {changed.vi} điểm.", en=f"{what.en} of {limit.en}: adjusted by {changed.en} points."
    )


def limit_of(part: Part) -> Decimal:
    """The limit as the plan writes it: penalties are positive there and negative among the parts."""
    limit = trace_of(part, "limit")
    return limit.copy_abs() if part.code == "penalty-maximum" else limit


def sentence_for_rounding(part: Part) -> Sentence:
    places, changed = wording.figure(trace_of(part, "places")), wording.figure(part.points)
    return Sentence(
        vi=f"Làm tròn tổng điểm một lần đến {places.vi} chữ số thập phân: {changed.vi}.",
        en=f"The total is rounded once, half up, at {places.en} decimals: {changed.en}.",
    )
