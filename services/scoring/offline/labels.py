"""Finding agencies and criteria by what people write in a sheet.

An exact code, name or alias wins. Else accents, hyphens, full stops and the words for province and city are set aside, as in files that
were typed without them; what then could mean two agencies means none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from shared.plan.names import agencies_by_label, folded
from shared.plan.types import AgencyCode, Plan

KINDS = re.compile(r"^(?:tinh|thanh pho|tp|province of|city of) | (?:province|city)$")
NO_CRITERION = frozenset(
    folded(label)
    for label in (
        *("", "#", "no", "no.", "id", "year", "period", "name", "note", "notes", "remark", "remarks", "comment"),
        *("total", "total score", "score", "scores", "sum", "average", "mean", "rank", "ranking", "grade"),
        *("stt", "tt", "năm", "kỳ", "tên", "tên đơn vị", "ghi chú", "điểm", "tổng", "tổng số", "tổng cộng", "tổng điểm"),
        *("trung bình", "hạng", "thứ hạng", "xếp hạng", "xếp loại"),
    )
)

NUMBER_OF_ORDER = frozenset(folded(label) for label in ("#", "no", "no.", "stt", "tt", "số tt", "số thứ tự"))


class Labels:
    """The agencies and criteria of a plan by what may stand in a sheet."""

    def __init__(self, plan: Plan) -> None:
        self._agencies = agencies_by_label(plan)
        self._loosely = loosely(self._agencies)
        self._movement = folded(plan.movement)
        self.criteria = criteria_by_label(plan)
        self.codes = sorted(set(self.criteria.values()))

    def agency(self, label: str) -> AgencyCode | None:
        return self._agencies.get(folded(label)) or self._loosely.get(without_accents(label))

    def criterion(self, label: str) -> str | None:
        return self.criteria.get(folded(label))

    def is_no_criterion(self, label: str) -> bool:
        """Whether a column is known to hold no indicator: a total, a rank, a name, a note; also with the movement's own code beside it."""
        words = [word for word in folded(label).replace("_", " ").split() if word != self._movement]
        return " ".join(words) in NO_CRITERION


def loosely(agencies: Mapping[str, AgencyCode]) -> dict[str, AgencyCode]:
    """The agencies by label without accents, where that tells one of them."""
    found: dict[str, set[AgencyCode]] = defaultdict(set)
    for label, agency in agencies.items():
        found[without_accents(label)].add(agency)
    return {label: next(iter(codes)) for label, codes in found.items() if len(codes) == 1}


def without_accents(label: str) -> str:
    """Letters and digits alone, parted by single spaces, without accents and without the word for province or city."""
    letters = unicodedata.normalize("NFD", folded(label).replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return KINDS.sub("", " ".join(re.findall(r"[^\W_]+", bare)))


def criteria_by_label(plan: Plan) -> dict[str, str]:
    """Codes win over names, and a name that several criteria share finds none of them."""
    sources = [(item.code, item.name_vi, item.name_en) for item in plan.leaves]
    sources += [(item.code, item.name_vi, item.name_en) for item in plan.events]
    names = [(folded(name), code) for code, *labels in sources for name in set(labels)]
    counted = [name for name, _ in names]
    by_name = {name: str(code) for name, code in names if counted.count(name) == 1}
    return by_name | {folded(code): str(code) for code, *_ in sources}
