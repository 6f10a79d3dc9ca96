"""The quota of an award rule over all clusters together: the best totals first; a tie across the line is left out whole.

Totals of different clusters are compared as they are. Only where all who are level at the line stand in one cluster does that
cluster's ranking, with its tie-break steps, set them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain import wording
from services.scoring.domain.exact import minus, negative
from services.scoring.domain.ranking import Standing
from services.scoring.domain.selection import CutOff
from shared.plan.types import AgencyCode, ClusterCode, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A unit that its cluster's selection chose."""

    cluster: ClusterCode
    standing: Standing

    @property
    def total(self) -> Decimal:
        """Its total; who has none is never chosen."""
        return self.standing.total or Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """Who stays within the quota, and the total of the last of them; none where nobody does."""

    quota: int
    within: frozenset[AgencyCode]
    last: Decimal | None


def quota_line(quota: int | None, chosen: Sequence[Placed]) -> QuotaLine | None:
    """Draw the line; none where the rule has no quota or nobody is beyond it."""
    if quota is None or len(chosen) <= quota:
        return None
    ordered = sorted(chosen, key=lambda one: (negative(one.total), one.standing.rank or 0, one.standing.agency))
    within = [one for one in ordered if one.total > ordered[quota].total]
    level = [one for one in ordered if one.total == ordered[quota].total]
    within += apart_by_rank(level, quota - len(within))
    last = min((one.total for one in within), default=None)
    return QuotaLine(quota=quota, within=frozenset(one.standing.agency for one in within), last=last)


def apart_by_rank(level: Sequence[Placed], room: int) -> list[Placed]:
    """Those of one total who still fit: by rank inside one cluster, and none where they stand in several."""
    if len({one.cluster for one in level}) > 1:
        return []
    return [one for one in level[:room] if one.standing.rank != level[room].standing.rank]


def cut_by_quota(line: QuotaLine, standing: Standing) -> CutOff:
    """Why a unit is beyond the quota, and by how much."""
    short_by = None if line.last is None or standing.total is None else minus(line.last, standing.total)
    gap = wording.figure(short_by) if short_by else None
    vi = (
        f"kém đơn vị cuối cùng trong chỉ tiêu {gap.vi} điểm"
        if gap
        else "bằng điểm ở ranh giới chỉ tiêu (đồng điểm giữa các cụm thì không lấy)"
    )
    en = f"{gap.en} behind the last one within it" if gap else "level with its line (a tie across clusters is left out whole)"
    sentence = Sentence(
        vi=f"Đủ điều kiện và được cụm chọn nhưng ngoài chỉ tiêu {line.quota} của tất cả các cụm: {vi}.",
        en=f"Qualified and chosen in its cluster, but beyond the quota of {line.quota} over all clusters: {en}.",
    )
    return CutOff(standing=standing, sentence=sentence, short_by=short_by)


def sentence_for_quota(line: QuotaLine | None) -> Iterable[Sentence]:
    """What a suggestion says of the quota that it is within."""
    if line is None:
        return ()
    vi = f"Trong chỉ tiêu {line.quota} của tất cả các cụm, tính từ tổng điểm cao nhất."
    return (Sentence(vi=vi, en=f"Within the quota of {line.quota} over all clusters, from the best total down."),)
