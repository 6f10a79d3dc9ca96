"""Finding an agency by what people write: its code, one of its names or an alias, whatever the letter case, spacing or Unicode form."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from shared.plan.types import AgencyCode, Plan


def folded(label: str) -> str:
    """What two spellings of one name have in common. Diacritics count: Hà Nam is not Hạ Nam."""
    return unicodedata.normalize("NFC", " ".join(label.split()).casefold())


def agencies_by_label(plan: Plan) -> Mapping[str, AgencyCode]:
    """Every folded code, name and alias of the plan's agencies; a plan is checked to have no label for two agencies."""
    return {
        folded(label): agency.code for agency in plan.agencies for label in (agency.code, agency.name_vi, agency.name_en, *agency.aliases)
    }
