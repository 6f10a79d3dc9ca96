"""What people made of a criterion, in words: the appraisal with its reason, and how far the unit's own score is from what counts."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain import wording
from services.scoring.domain.exact import minus
from services.scoring.domain.parts import Appraised, Part
from shared.plan.types import Sentence
from shared.plan.values import MISSING, Given, IndicatorValue

NOTHING = Sentence(vi="", en="")


def sentences_of_people(part: Part) -> Sentence:
    """What is added to the sentence of the rule; nothing where there was neither an appraisal nor a self-score that differs."""
    found = sentence_of_appraisal(part, part.appraised) if part.appraised else NOTHING
    own = sentence_of_difference(part.self_score, part.points) if part.self_score is not None else NOTHING
    return Sentence(vi=found.vi + own.vi, en=found.en + own.en)


def sentence_of_appraisal(part: Part, appraised: Appraised) -> Sentence:
    """What was reported where it was changed, the points where they were set by hand, and why."""
    reported, reason = shown(appraised.reported), f" ({appraised.reason})" if appraised.reason else ""
    if appraised.points is not None:
        given = wording.points(appraised.points)
        return Sentence(vi=f" Thẩm định cho {given.vi}{reason}.", en=f" Appraised at {given.en}{reason}.")
    if is_confirmed(part, appraised):
        return Sentence(vi=f" Thẩm định công nhận{reason}.", en=f" Confirmed by the appraisal{reason}.")
    return Sentence(
        vi=f" Đây là số liệu thẩm định, đơn vị báo cáo {reported.vi}{reason}.",
        en=f" This is the appraised value; the unit reported {reported.en}{reason}.",
    )


def is_confirmed(part: Part, appraised: Appraised) -> bool:
    """Whether the value that counts is the one that was reported."""
    if part.value is None:
        return not isinstance(appraised.reported, Given)
    return isinstance(appraised.reported, Given) and appraised.reported.number == part.value


def shown(value: IndicatorValue) -> Sentence:
    if isinstance(value, Given):
        return wording.figure(value.number)
    if value is MISSING:
        return Sentence(vi="“chưa có số liệu”", en="“missing”")
    return Sentence(vi="“không áp dụng”", en="“not applicable”")


def sentence_of_difference(own: Decimal, final: Decimal) -> Sentence:
    """How far the unit's own score is from the points that count."""
    difference = minus(own, final)
    if not difference:
        return NOTHING
    said, far = wording.points(own), wording.points(difference.copy_abs())
    more = difference > 0
    return Sentence(
        vi=f" Đơn vị tự chấm {said.vi}, {'cao' if more else 'thấp'} hơn {far.vi}.",
        en=f" The unit's own score was {said.en}, {far.en} {'more' if more else 'less'}.",
    )
