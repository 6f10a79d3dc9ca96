"""Why a unit has no total, in a stable code and a sentence that names the criteria. Without a total there is no rank."""

from __future__ import annotations

from services.scoring.domain.criterion_parts import absent_parts, effect_of, maximum_left
from services.scoring.domain.parts import NoTotal, Part, State
from shared.plan.types import CriterionCode, OnAbsent, Sentence

NAMED_MAX = 10

NO_REPORT = NoTotal(
    code="no-report",
    criteria=(),
    sentence=Sentence(
        vi="Đơn vị không có báo cáo được tính trong kỳ này, nên không có tổng điểm và không được xếp hạng.",
        en="No report of this unit counts in this period, so there is no total and no rank.",
    ),
)
NOTHING_LEFT = NoTotal(
    code="nothing-left",
    criteria=(),
    sentence=Sentence(
        vi="Không còn tiêu chí nào để tính điểm, nên không có tổng điểm và không được xếp hạng.",
        en="No criterion is left to score, so there is no total and no rank.",
    ),
)


def reasons_against_total(parts: tuple[Part, ...]) -> tuple[NoTotal, ...]:
    """Every reason at once: values that are missing, values that do not apply, nothing left to score."""
    absent = absent_parts(parts)
    if parts and not absent:
        return ()
    missing = codes_that_block(absent, State.MISSING)
    not_applicable = codes_that_block(absent, State.NOT_APPLICABLE)
    return (
        *([value_missing(missing, len(measured_parts(parts)))] if missing else []),
        *([value_not_applicable(not_applicable)] if not_applicable else []),
        *([NOTHING_LEFT] if is_nothing_left(parts) else []),
    )


def codes_that_block(parts: list[Part], state: State) -> tuple[CriterionCode, ...]:
    return tuple(CriterionCode(part.code) for part in parts if part.state is state and effect_of(part) is OnAbsent.BLOCK)


def is_nothing_left(parts: tuple[Part, ...]) -> bool:
    """All criteria were excluded, or none was measured in the whole cluster."""
    if not any(effect_of(part) is OnAbsent.EXCLUDE for part in absent_parts(parts)):
        return not measured_parts(parts)
    return maximum_left(parts) == 0


def measured_parts(parts: tuple[Part, ...]) -> list[Part]:
    return [part for part in parts if part.state is not State.NOT_MEASURED]


def value_missing(codes: tuple[CriterionCode, ...], whole: int) -> NoTotal:
    return NoTotal(
        code="value-missing",
        criteria=codes,
        sentence=Sentence(
            vi=f"Thiếu số liệu của {len(codes)}/{whole} tiêu chí được đo ({named(codes)}), nên không có tổng điểm và không được xếp hạng.",
            en=f"The value is missing for {len(codes)} of {whole} criteria measured ({named(codes)}), so there is no total and no rank.",
        ),
    )


def value_not_applicable(codes: tuple[CriterionCode, ...]) -> NoTotal:
    return NoTotal(
        code="value-not-applicable",
        criteria=codes,
        sentence=Sentence(
            vi=f"Đơn vị báo không áp dụng tiêu chí bắt buộc ({named(codes)}), nên không có tổng điểm và không được xếp hạng.",
            en=f"The unit reports as not applicable what the plan requires ({named(codes)}), so there is no total and no rank.",
        ),
    )


def named(codes: tuple[CriterionCode, ...]) -> str:
    return ", ".join(codes[:NAMED_MAX]) + (", …" if len(codes) > NAMED_MAX else "")
