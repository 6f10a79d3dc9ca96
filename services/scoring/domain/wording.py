"""How figures and short phrases are said in Vietnamese and in English."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain.exact import rounded
from services.scoring.domain.remembered import Remembered
from shared.plan.types import Criterion, Direction, EventAdjustment, Sentence
from shared.plan.values import plain

PLACES_SHOWN_MAX = 9
PLACES_SHOWN_INSTEAD = 6


def figure(amount: Decimal) -> Sentence:
    """The figure with a decimal comma in Vietnamese and a point in English; a very long one is shortened and says so."""
    text = figure_text(amount)
    return Sentence(vi=text.replace(".", ","), en=text)


def figure_text(amount: Decimal) -> str:
    """The figure with a decimal point."""
    text = plain(amount)
    if len(text.partition(".")[2]) <= PLACES_SHOWN_MAX:
        return text
    return "≈ " + plain(rounded(amount, PLACES_SHOWN_INSTEAD))


def with_unit(amount: Decimal, criterion: Criterion) -> Sentence:
    """The figure and the criterion's unit."""
    said = figure(amount)
    return Sentence(vi=f"{said.vi} {criterion.unit_vi}".rstrip(), en=f"{said.en} {criterion.unit_en}".rstrip())


def points(amount: Decimal) -> Sentence:
    said = figure(amount)
    return Sentence(vi=f"{said.vi} điểm", en=f"{said.en} point" + ("" if amount == 1 else "s"))


@Remembered
def title(source: Criterion | EventAdjustment) -> Sentence:
    """The name and, where the plan gives one, the clause."""
    clause_vi = clause_en = f" ({source.clause})" if source.clause else ""
    return Sentence(vi=source.name_vi + clause_vi, en=source.name_en + clause_en)


def bound(direction: Direction, amount: Sentence) -> Sentence:
    if direction is Direction.HIGHER:
        return Sentence(vi=f"từ {amount.vi} trở lên", en=f"at least {amount.en}")
    return Sentence(vi=f"không quá {amount.vi}", en=f"at most {amount.en}")
