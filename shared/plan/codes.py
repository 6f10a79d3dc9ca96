"""The codes that name things, and a sentence in both languages. A code never holds a slash: codes are joined with slashes into keys."""

from dataclasses import dataclass
from typing import NewType

MovementCode = NewType("MovementCode", str)
AgencyCode = NewType("AgencyCode", str)
ClusterCode = NewType("ClusterCode", str)
CriterionCode = NewType("CriterionCode", str)
PeriodCode = NewType("PeriodCode", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing said in both languages."""

    vi: str
    en: str
