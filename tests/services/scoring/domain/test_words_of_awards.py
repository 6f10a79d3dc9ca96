"""What a unit is told of the selection and the quota, to the letter, and whom a fault in a vote names."""

from decimal import Decimal

import pytest

from services.scoring.domain.conditions import ground_without_total, in_period
from services.scoring.domain.selection import sentence_for_first, sentence_for_gap, sentence_for_share, share_of
from services.scoring.domain.standing import NamedVersion, Void, VoidKind, version_that_counts
from services.scoring.domain.votes import Ballot, Cast, faults_in_ballots
from shared.plan.types import Among, FirstOf, ShareOf, ShareRounding, TiesAtLine
from tests.services.scoring.domain.test_award_rules import TWO_CLUSTERS, X, judged, plan_with, rule


@pytest.mark.parametrize(
    ("among", "ties", "vi", "en"),
    [
        (
            Among.QUALIFIED,
            TiesAtLine.INCLUDE,
            "2 đơn vị đủ điều kiện đứng đầu của cụm (đồng hạng ở ranh giới thì lấy cả)",
            "the first 2 of the cluster's qualified units (a joint rank across the line is taken whole)",
        ),
        (
            Among.RANKED,
            TiesAtLine.EXCLUDE,
            "2 đơn vị xếp hạng đứng đầu của cụm (đồng hạng ở ranh giới thì không lấy)",
            "the first 2 of the cluster's ranked units (a joint rank across the line is left out whole)",
        ),
    ],
)
def test_the_first_so_many_are_said_to_be_of_whom(among: Among, ties: TiesAtLine, vi: str, en: str) -> None:
    said = sentence_for_first(FirstOf(count=2, among=among, ties=ties))
    assert (said.vi, said.en) == (vi, en)


def test_a_share_is_said_with_its_rounding_and_what_it_comes_to() -> None:
    said = sentence_for_share(ShareOf(percent=Decimal("12.5"), rounding=ShareRounding.HALF_UP, ties=TiesAtLine.EXCLUDE), 12, 2)
    assert said.vi == "12,5 % của 12 đơn vị đủ điều kiện, làm tròn nửa lên, là 2 (đồng hạng ở ranh giới thì không lấy)"
    assert said.en == "12.5 % of 12 qualified units, rounded half up, is 2 (a joint rank across the line is left out whole)"


@pytest.mark.parametrize(
    ("rounding", "counts"),
    [(ShareRounding.DOWN, [1, 1, 1, 2]), (ShareRounding.HALF_UP, [1, 1, 2, 2]), (ShareRounding.UP, [1, 2, 2, 2])],
)
def test_a_share_that_comes_out_even_is_not_rounded_and_a_half_goes_up(rounding: ShareRounding, counts: list[int]) -> None:
    share = ShareOf(percent=Decimal(10), rounding=rounding, ties=TiesAtLine.EXCLUDE)
    assert [share_of(share, qualified) for qualified in (10, 14, 15, 20)] == counts


@pytest.mark.parametrize(
    ("short_by", "vi", "en"),
    [
        (None, "; không đơn vị nào được chọn", "; nobody is within"),
        (Decimal(0), "; bằng điểm với đơn vị cuối cùng được chọn", "; level on points with the last one within"),
        (Decimal("0.5"), "; kém đơn vị cuối cùng được chọn 0,5 điểm", "; 0.5 behind the last one within"),
    ],
)
def test_the_distance_to_the_line_is_said(short_by: Decimal | None, vi: str, en: str) -> None:
    assert (sentence_for_gap(short_by).vi, sentence_for_gap(short_by).en) == (vi, en)


def test_only_those_right_behind_the_line_are_the_first_to_be_cut() -> None:
    found = judged(plan_with(rule("one", selection="{kind: first, count: 2, among: qualified, ties: exclude}")), X)["one"]
    assert [(one.agency, one.short_by, "first to be cut" in one.sentence.en, "bị cắt" in one.sentence.vi) for one in found.cut] == [
        ("c", Decimal(10), True, True),
        ("d", Decimal(20), False, False),
    ]
    assert [one.cluster for one in found.proposals] == ["all", "all"]


def test_the_quota_is_said_to_those_within_and_to_those_beyond() -> None:
    found = judged(plan_with(rule("one", ", quota: 2"), more=TWO_CLUSTERS), {**X, "c": {"X": 80}})
    within = found["one/k"].proposals[0].grounds[-1].sentence
    assert within.vi == "Trong chỉ tiêu 2 của tất cả các cụm, tính từ tổng điểm cao nhất."
    assert within.en == "Within the quota of 2 over all clusters, from the best total down."
    behind = found["one/l"].cut[-1].sentence
    assert behind.en.endswith("over all clusters: 30 behind the last one within it.")
    assert behind.vi.endswith("của tất cả các cụm: kém đơn vị cuối cùng trong chỉ tiêu 30 điểm.")


def test_a_tie_across_clusters_that_leaves_nobody_within_is_said() -> None:
    found = judged(plan_with(rule("one", ", quota: 1"), more=TWO_CLUSTERS), {"a": {"X": 80}, "c": {"X": 80}})
    assert [found[f"one/{cluster}"].proposals for cluster in "kl"] == [(), ()]
    level = found["one/k"].cut[0].sentence
    assert level.en.endswith("over all clusters: level at its line, and a tie that nothing sets apart is left out whole.")
    assert level.vi.endswith("của tất cả các cụm: đồng điểm ở ranh giới chỉ tiêu, nên các đơn vị đồng điểm đều không được lấy.")


def test_a_period_is_named_where_an_award_looks_back_on_several() -> None:
    assert (in_period("H1").vi, in_period("H1").en, in_period("").vi, in_period("").en) == (", kỳ H1", ", period H1", "", "")
    ground = ground_without_total("H1")
    assert (ground.clause, ground.sentence.vi) == ("", "Không có tổng điểm ở kỳ H1.")
    assert ground.sentence.en == "No total in the period H1."


def test_each_fault_of_a_vote_names_the_member() -> None:
    ballots = [
        Ballot(member="m1", cast=Cast.IN_FAVOUR, unit="a.office"),
        Ballot(member="m2", cast=Cast.ABSENT, written=True),
        Ballot(member="m3", cast=Cast.AGAINST, written=True),
        Ballot(member="m3", cast=Cast.RECUSED, unit="a"),
    ]
    found = [(fault.code, fault.entry) for fault in faults_in_ballots(ballots, "a", written_allowed=False)]
    assert found == [("vote-on-own-unit", "m1"), ("vote-not-in-writing", "m2"), ("vote-not-in-writing", "m3"), ("vote-member-twice", "m3")]
    allowed = faults_in_ballots(ballots[1:3], "a", written_allowed=True)
    assert [(fault.code, fault.entry) for fault in allowed] == [("vote-not-in-writing", "m2")]


def test_only_what_was_voided_after_the_close_voids_what_the_close_named() -> None:
    named = NamedVersion(version=1, closed_revision=5)
    counts = [version_that_counts([1], [Void(version=1, kind=VoidKind.RETURNED, revision=revision)], named) for revision in (4, 6)]
    assert counts == [1, None]
