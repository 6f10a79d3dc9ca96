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
    """Who stays within the quota, who is left out for a tie at its line, and the total of the last one within, if anyone is."""

    quota: int
    within: frozenset[AgencyCode]
    tied: frozenset[AgencyCode]
    last: Decimal | None


def quota_line(quota: int | None, chosen: Sequence[Placed]) -> QuotaLine | None:
    """Draw the line; none where the rule has no quota or nobody is beyond it."""
    if quota is None or len(chosen) <= quota:
        return None
    ordered = sorted(chosen, key=lambda one: (negative(one.total), one.standing.rank or 0, one.standing.agency))
    above = [one for one in ordered if one.total > ordered[quota].total]
    level = [one for one in ordered if one.total == ordered[quota].total]
    tied = tied_at_line(level, level[quota - len(above)])
    within = [one for one in ordered[:quota] if one not in tied]
    last = min((one.total for one in within), default=None)
    return QuotaLine(quota=quota, within=agencies_of(within), tied=agencies_of(tied), last=last)


def tied_at_line(level: Sequence[Placed], first_beyond: Placed) -> list[Placed]:
    """Those of one total whom nothing sets apart: a joint rank inside one cluster, and all of them where they stand in several."""
    if len({one.cluster for one in level}) > 1:
        return list(level)
    joint = [one for one in level if one.standing.rank == first_beyond.standing.rank]
    return joint if joint[0] is not first_beyond else []  # a rank that begins beyond the line is not cut in two


def agencies_of(units: Iterable[Placed]) -> frozenset[AgencyCode]:
    return frozenset(one.standing.agency for one in units)


def cut_by_quota(line: QuotaLine, standing: Standing) -> CutOff:
    """Why a unit is beyond the quota, and by how much."""
    short_by = None if line.last is None or standing.total is None else minus(line.last, standing.total)
    why = sentence_for_place(line, standing, short_by)
    sentence = Sentence(
        vi=f"Đủ điều kiện và được cụm chọn nhưng ngoài chỉ tiêu {line.quota} của tất cả các cụm: {why.vi}.",
        en=f"Qualified and chosen in its cluster, but beyond the quota of {line.quota} over all clusters: {why.en}.",
    )
    return CutOff(standing=standing, sentence=sentence, short_by=short_by)


def sentence_for_place(line: QuotaLine, standing: Standing, short_by: Decimal | None) -> Sentence:
    """A tie, a distance in points, or a later rank with equal points: each unit is told its own reason."""
    if standing.agency in line.tied:
        vi = "đồng điểm ở ranh giới chỉ tiêu, nên các đơn vị đồng điểm đều không được lấy"
        return Sentence(vi=vi, en="level at its line, and a tie that nothing sets apart is left out whole")
    if short_by is None:
        return Sentence(vi="tổng điểm thấp hơn ranh giới chỉ tiêu", en="its total is below the line")
    if not short_by:
        vi = "bằng điểm với đơn vị cuối cùng trong chỉ tiêu nhưng xếp hạng sau trong cụm"
        return Sentence(vi=vi, en="level on points with the last one within it, but ranked behind in the cluster")
    gap = wording.figure(short_by)
    return Sentence(vi=f"kém đơn vị cuối cùng trong chỉ tiêu {gap.vi} điểm", en=f"{gap.en} behind the last one within it")


def sentence_for_quota(line: QuotaLine | None) -> Iterable[Sentence]:
    """What a suggestion says of the quota that it is within."""
    if line is None:
        return ()
    vi = f"Trong chỉ tiêu {line.quota} của tất cả các cụm, tính từ tổng điểm cao nhất."
    return (Sentence(vi=vi, en=f"Within the quota of {line.quota} over all clusters, from the best total down."),)
