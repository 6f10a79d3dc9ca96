"""The procedure of the council: every stage against every step, and every condition that a plan can ask for on both its sides."""

from dataclasses import replace
from datetime import date

import pytest

from services.scoring.domain.council import (
    ASKED,
    STATES,
    TABLE,
    Objection,
    Procedure,
    Stage,
    Step,
    after,
    objection_on_score,
    objections_to,
    papers_lacking,
)
from services.scoring.domain.decisions import ProposalState
from services.scoring.domain.votes import Count
from shared.plan.types import AllQualified, AwardRule, DossierItem, VoteRule

SHORT = AwardRule(code="r", form_vi="", form_en="", decided_by_vi="", decided_by_en="", selection=AllQualified())
PAPERS = tuple(DossierItem(code=code, name_vi=code, name_en=code) for code in ("to-trinh", "bao-cao"))
LONG = replace(SHORT, dossier=PAPERS, public_comment_days=10, vote=VoteRule(percent=80, written_opinions=True))
TODAY = date(2023, 8, 25)
VOTE = Count(members=7, in_favour=6, against=0, abstained=0, absent=0, recused=1, written=0, needed=6)
ALL_DONE = Procedure(stage=Stage.VOTED, items=frozenset({"to-trinh", "bao-cao"}), comment_ends=date(2023, 8, 24), vote=VOTE)

# The table a second time, as a council's secretary would write it on paper.
SHEET = """
                receive           return            open-comment      note-comments     vote              grant             refuse            publish           revoke
suggested       received          returned          public-comment    comment-not-open  voted             granted           refused           not-granted       not-granted
received        dossier-held      returned          public-comment    comment-not-open  voted             granted           refused           not-granted       not-granted
returned        received          dossier-returned  dossier-returned  comment-not-open  dossier-returned  dossier-returned  refused           not-granted       not-granted
public-comment  dossier-held      returned          comment-opened    public-comment    voted             granted           refused           not-granted       not-granted
voted           vote-taken        vote-taken        vote-taken        vote-taken        vote-taken        granted           refused           not-granted       not-granted
granted         already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   published         revoked
published       already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   already-published revoked
refused         already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   not-granted       not-granted
revoked         already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   already-decided   not-granted       not-granted
withdrawn       proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn proposal-withdrawn
"""  # noqa: E501  # a sheet is read across
HEAD, *LINES = [line.split() for line in SHEET.splitlines() if line.strip()]
CELLS = [(stage, step, led) for stage, *row in LINES for step, led in zip(HEAD, row, strict=True)]


def test_every_stage_and_every_step_stand_in_the_table() -> None:
    assert {stage: set(row) for stage, row in TABLE.items()} == {stage: set(Step) for stage in Stage}
    assert {(stage, step) for stage, step, _ in CELLS} == {(stage.value, step.value) for stage in Stage for step in Step}
    assert set(STATES) == set(Stage)
    assert set(ASKED) == set(Step)


@pytest.mark.parametrize(("stage", "step", "led"), CELLS)
def test_each_step_leads_where_the_sheet_says_or_is_forbidden_by_its_rule(stage: str, step: str, led: str) -> None:
    cell = TABLE[Stage(stage)][Step(step)]
    assert cell.value == led
    assert isinstance(cell, Objection) == (led not in {each.value for each in Stage})
    if isinstance(cell, Objection):
        assert objections_to(Step(step), LONG, replace(ALL_DONE, stage=Stage(stage)), TODAY) == (cell,)
        with pytest.raises(TypeError):
            after(Step(step), Stage(stage))
    else:
        assert after(Step(step), Stage(stage)) is cell


def test_a_decided_suggestion_is_never_open_again() -> None:
    closed = [stage for stage, state in STATES.items() if state is not ProposalState.PROPOSED]
    led = [cell for stage in closed for cell in TABLE[stage].values() if isinstance(cell, Stage)]
    assert all(STATES[cell] is not ProposalState.PROPOSED for cell in led)
    assert {stage for stage in Stage if Stage.GRANTED in TABLE[stage].values()} <= set(Stage) - set(closed)


def test_a_plan_that_asks_for_nothing_keeps_the_short_way() -> None:
    fresh = Procedure(stage=Stage.SUGGESTED)
    assert objections_to(Step.GRANT, SHORT, fresh, TODAY) == ()
    assert objections_to(Step.REFUSE, SHORT, fresh, TODAY) == ()
    for step in (Step.RECEIVE, Step.RETURN, Step.OPEN_COMMENT, Step.VOTE):
        assert objections_to(step, SHORT, fresh, TODAY) == (Objection.STEP_NOT_ASKED,)


def test_a_grant_names_every_condition_that_is_not_met() -> None:
    fresh = Procedure(stage=Stage.SUGGESTED)
    assert objections_to(Step.GRANT, LONG, fresh, TODAY) == (
        Objection.DOSSIER_MISSING,
        Objection.COMMENT_MISSING,
        Objection.VOTE_MISSING,
    )
    assert objections_to(Step.GRANT, LONG, ALL_DONE, TODAY) == ()
    assert objections_to(Step.REFUSE, LONG, fresh, TODAY) == ()


@pytest.mark.parametrize(
    ("done", "objection"),
    [
        (replace(ALL_DONE, items=frozenset({"to-trinh"})), Objection.DOSSIER_MISSING),
        (replace(ALL_DONE, comment_ends=TODAY), Objection.COMMENT_OPEN),
        (replace(ALL_DONE, comment_ends=None), Objection.COMMENT_MISSING),
        (replace(ALL_DONE, vote=replace(VOTE, in_favour=5)), Objection.VOTE_NOT_REACHED),
        (replace(ALL_DONE, vote=None), Objection.VOTE_MISSING),
    ],
)
def test_one_condition_short_of_all_forbids_the_grant(done: Procedure, objection: Objection) -> None:
    assert objections_to(Step.GRANT, LONG, done, TODAY) == (objection,)


def test_the_vote_waits_for_the_dossier_and_for_the_last_day_of_comments_to_be_over() -> None:
    during = replace(ALL_DONE, stage=Stage.COMMENT, vote=None, comment_ends=TODAY)
    assert objections_to(Step.VOTE, LONG, during, TODAY) == (Objection.COMMENT_OPEN,)
    assert objections_to(Step.VOTE, LONG, during, date(2023, 8, 26)) == ()
    without = replace(during, stage=Stage.SUGGESTED, items=frozenset(), comment_ends=None)
    assert objections_to(Step.VOTE, LONG, without, TODAY) == (Objection.DOSSIER_MISSING, Objection.COMMENT_MISSING)


def test_public_comment_waits_for_the_dossier() -> None:
    assert objections_to(Step.OPEN_COMMENT, LONG, Procedure(stage=Stage.SUGGESTED), TODAY) == (Objection.DOSSIER_MISSING,)


def test_papers_that_lack_are_named_in_the_order_of_the_checklist() -> None:
    assert papers_lacking(LONG, frozenset()) == ("to-trinh", "bao-cao")
    assert papers_lacking(LONG, frozenset({"to-trinh", "other"})) == ("bao-cao",)
    assert papers_lacking(SHORT, frozenset()) == ()


def test_a_decision_stands_on_the_score_that_the_council_saw_and_that_is_still_final() -> None:
    assert objection_on_score(stands_on=7, seen=7, current=7) is None
    for seen, current in ((6, 7), (7, 8), (7, None)):
        assert objection_on_score(stands_on=7, seen=seen, current=current) is Objection.SCORE_MOVED
