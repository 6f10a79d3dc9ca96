"""Who of those that qualify is suggested: all, the first n, or a share; with the line, its rounding and the ties across it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from services.scoring.domain import wording
from services.scoring.domain.exact import minus, times, whole_quotient
from services.scoring.domain.ranking import Standing
from shared.plan.types import AgencyCode, AllQualified, Among, FirstOf, Selection, Sentence, ShareOf, ShareRounding, TiesAtLine

HUNDRED, FIFTY = Decimal(100), Decimal(50)
ROUNDINGS = {
    ShareRounding.DOWN: Sentence(vi="làm tròn xuống", en="rounded down"),
    ShareRounding.UP: Sentence(vi="làm tròn lên", en="rounded up"),
    ShareRounding.HALF_UP: Sentence(vi="làm tròn nửa lên", en="rounded half up"),
}
ALL_QUALIFIED = Sentence(vi="Mọi đơn vị đủ điều kiện đều được đề xuất", en="Every unit that meets the conditions is suggested")
FIRST_CUT = Sentence(vi=" (đơn vị đầu tiên bị cắt)", en=" (first to be cut)")
LATER_CUT = Sentence(vi="", en="")
TIE_RULES = {
    TiesAtLine.INCLUDE: Sentence(vi="đồng hạng ở ranh giới thì lấy cả", en="a joint rank across the line is taken whole"),
    TiesAtLine.EXCLUDE: Sentence(vi="đồng hạng ở ranh giới thì không lấy", en="a joint rank across the line is left out whole"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A unit beyond the line, why, and how many points it is behind the last one within; none where nobody is within."""

    standing: Standing
    sentence: Sentence
    short_by: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The chosen and those beyond the line, both best first, with the rule that drew it."""

    chosen: tuple[Standing, ...]
    beyond: tuple[Standing, ...]
    rule: Sentence

    @property
    def sentence(self) -> Sentence:
        """Why the chosen are chosen."""
        return Sentence(vi=f"{self.rule.vi}.", en=f"{self.rule.en}.")

    @property
    def cut(self) -> tuple[CutOff, ...]:
        """Why the others are not, each with its distance from the last one within."""
        return tuple(cut_off(self.beyond, self.chosen[-1] if self.chosen else None, self.rule))


def selected(selection: Selection, ranked: Sequence[Standing], qualified: frozenset[AgencyCode]) -> Selected:
    """Apply the rule to the ranked units, best first, of which some qualify and are not barred."""
    able = tuple(one for one in ranked if one.agency in qualified)
    match selection:
        case AllQualified():
            return Selected(chosen=able, beyond=(), rule=ALL_QUALIFIED)
        case FirstOf() as first:
            field = able if first.among is Among.QUALIFIED else tuple(ranked)
            return divided(able, within_line(field, first.count, first.ties), sentence_for_first(first))
        case ShareOf() as share:
            count = share_of(share, len(able))
            return divided(able, within_line(able, count, share.ties), sentence_for_share(share, len(able), count))
        case _ as never:
            assert_never(never)


def within_line(field: Sequence[Standing], count: int, ties: TiesAtLine) -> frozenset[AgencyCode]:
    """The first so many; a joint rank that the line cuts in two is taken or left out whole, as the plan says."""
    inside, outside = field[:count], field[count:]
    if not inside or not outside or inside[-1].rank != outside[0].rank:
        return frozenset(one.agency for one in inside)
    rank = outside[0].rank
    if ties is TiesAtLine.INCLUDE:
        return frozenset(one.agency for one in field if (one.rank or 0) <= (rank or 0))
    return frozenset(one.agency for one in inside if one.rank != rank)


def share_of(share: ShareOf, qualified: int) -> int:
    """The whole number that a share comes to, rounded as the plan says."""
    whole, left = whole_quotient(times(share.percent, Decimal(qualified)), HUNDRED)
    if share.rounding is ShareRounding.UP:
        return whole + (left > 0)
    if share.rounding is ShareRounding.HALF_UP:
        return whole + (left >= FIFTY)
    return whole


def divided(able: Sequence[Standing], inside: frozenset[AgencyCode], rule: Sentence) -> Selected:
    chosen = tuple(one for one in able if one.agency in inside)
    return Selected(chosen=chosen, beyond=tuple(one for one in able if one.agency not in inside), rule=rule)


def cut_off(beyond: Sequence[Standing], last: Standing | None, rule: Sentence) -> Iterator[CutOff]:
    """Each unit beyond the line with its distance from the last one within; those right behind the line are named as such."""
    for one in beyond:
        short_by = None if last is None else minus(last.total or Decimal(0), one.total or Decimal(0))
        first = FIRST_CUT if one.rank == beyond[0].rank else LATER_CUT
        gap = sentence_for_gap(short_by)
        vi = f"Đủ điều kiện nhưng ngoài số lượng{first.vi}: {rule.vi}{gap.vi}."
        en = f"Qualified, but beyond the number{first.en}: {rule.en}{gap.en}."
        yield CutOff(standing=one, sentence=Sentence(vi=vi, en=en), short_by=short_by)


def sentence_for_gap(short_by: Decimal | None) -> Sentence:
    if short_by is None:
        return Sentence(vi="; không đơn vị nào được chọn", en="; nobody is within")
    if not short_by:
        return Sentence(vi="; bằng điểm với đơn vị cuối cùng được chọn", en="; level on points with the last one within")
    gap = wording.figure(short_by)
    return Sentence(vi=f"; kém đơn vị cuối cùng được chọn {gap.vi} điểm", en=f"; {gap.en} behind the last one within")


def sentence_for_first(first: FirstOf) -> Sentence:
    of_vi, of_en = ("đơn vị đủ điều kiện", "qualified units") if first.among is Among.QUALIFIED else ("đơn vị xếp hạng", "ranked units")
    tie = TIE_RULES[first.ties]
    return Sentence(
        vi=f"{first.count} {of_vi} đứng đầu của cụm ({tie.vi})",
        en=f"the first {first.count} of the cluster's {of_en} ({tie.en})",
    )


def sentence_for_share(share: ShareOf, qualified: int, count: int) -> Sentence:
    percent, rounding, tie = wording.figure(share.percent), ROUNDINGS[share.rounding], TIE_RULES[share.ties]
    return Sentence(
        vi=f"{percent.vi} % của {qualified} đơn vị đủ điều kiện, {rounding.vi}, là {count} ({tie.vi})",
        en=f"{percent.en} % of {qualified} qualified units, {rounding.en}, is {count} ({tie.en})",
    )
