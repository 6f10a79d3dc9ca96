"""Of a cluster only what moved is announced, and others are looked at only when what the whole cluster tells has changed."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from services.scoring.domain.parts import ReportInput
from services.scoring.domain.recomputation import ClusterCase, KeptScore, Recomputed, ScoreState, all_scores, recompute
from services.scoring.domain.scores import score_cluster
from shared.plan.types import AgencyCode
from shared.plan.values import MISSING, Given, IndicatorValue
from tests.services.scoring.trial import plan

PLAN = plan()
A, B, C = AgencyCode("a"), AgencyCode("b"), AgencyCode("c")


def report(works: str, thrift: str | None = "10", version: int = 1) -> ReportInput:
    value: IndicatorValue = MISSING if thrift is None else Given(Decimal(thrift))
    return ReportInput(version=version, values={"works": Given(Decimal(works)), "thrift": value})


def case(inputs: Mapping[AgencyCode, ReportInput | None], *, marked: frozenset[AgencyCode] = frozenset()) -> ClusterCase:
    return ClusterCase(
        plan=PLAN,
        period=PLAN.periods[0],
        state=ScoreState.PROVISIONAL,
        inputs=inputs,
        kept={},
        facts_before=None,
        plan_before=None,
        marked=marked,
        everyone=False,
    )


def after(before: ClusterCase) -> ClusterCase:
    """The case once its scores are on record."""
    done = recompute(before)
    gone = {one.agency for one in done.moved if one.explained is None}
    kept = {
        one.agency: KeptScore(
            revision=place,
            state=before.state,
            report_version=one.explained.score.version,
            plan_hash=PLAN.content_hash,
            content_hash=one.explained.content_hash,
            is_void=False,
        )
        for place, one in enumerate(done.moved)
        if one.explained
    }
    before_them = {agency: score for agency, score in before.kept.items() if agency not in gone}
    return replace(before, kept={**before_them, **kept}, facts_before=done.facts, plan_before=PLAN.content_hash)


def who_moved(result: Recomputed) -> list[str]:
    return [one.agency for one in result.moved]


def test_the_first_computation_looks_at_everyone_and_scores_who_reported() -> None:
    assert who_moved(recompute(case({A: report("30"), B: report("20"), C: None}))) == ["a", "b"]


def test_what_is_on_record_already_did_not_move() -> None:
    done = after(case({A: report("30"), B: None}))
    assert recompute(replace(done, everyone=True)).moved == ()


def test_only_marked_agencies_are_looked_at_while_the_cluster_tells_the_same() -> None:
    done = after(case({A: report("30"), B: report("20")}))
    inputs = {A: report("40", version=2), B: report("50", version=2)}
    result = recompute(replace(done, inputs=inputs, marked=frozenset({A})))
    assert (who_moved(result), list(result.scores)) == (["a"], ["a"])


def test_a_criterion_that_is_measured_from_now_on_concerns_everyone() -> None:
    done = after(case({A: report("30", None), B: report("20", None)}))
    result = recompute(replace(done, inputs={A: report("30", None), B: report("20", "5", 2)}, marked=frozenset({B})))
    assert who_moved(result) == ["a", "b"]


def test_a_report_that_is_gone_voids_the_score_on_record_once() -> None:
    done = after(case({A: report("30"), B: report("20")}))
    gone = replace(done, inputs={A: None, B: report("20")}, marked=frozenset({A}))
    [moved] = recompute(gone).moved
    assert (moved.agency, moved.explained, moved.voided_version) == ("a", None, 1)
    void = replace(done.kept[A], is_void=True, content_hash=None)
    assert recompute(replace(gone, kept={**gone.kept, A: void})).moved == ()


def test_who_has_no_report_gets_a_score_only_when_it_is_final() -> None:
    inputs: dict[AgencyCode, ReportInput | None] = {A: report("30"), B: None}
    final = replace(case(inputs), state=ScoreState.FINAL)
    assert who_moved(recompute(final)) == ["a", "b"]
    [_, without] = recompute(final).moved
    assert without.explained is not None
    assert (without.explained.score.version, without.explained.score.total, without.voided_version) == (None, None, None)


def test_after_a_reopening_a_score_without_a_report_is_provisional_and_not_void() -> None:
    done = after(replace(case({A: report("30"), B: None}), state=ScoreState.FINAL))
    result = recompute(replace(done, state=ScoreState.PROVISIONAL, everyone=True))
    assert [(one.agency, one.explained is None) for one in result.moved] == [("a", False), ("b", False)]


def test_the_order_of_the_inputs_changes_no_byte() -> None:
    inputs: dict[AgencyCode, ReportInput | None] = {A: report("30"), B: report("20"), C: report("10", None)}
    there = {one.agency: one.explained for one in recompute(case(inputs)).moved}
    back = {one.agency: one.explained for one in recompute(case(dict(reversed(inputs.items())))).moved}
    assert there == back


def test_a_ranking_stands_on_every_score_also_when_few_were_looked_at() -> None:
    done = after(case({A: report("30"), B: report("20")}))
    few = replace(done, marked=frozenset({A}))
    assert all_scores(few, recompute(few)) == score_cluster(PLAN, few.period, few.inputs)
