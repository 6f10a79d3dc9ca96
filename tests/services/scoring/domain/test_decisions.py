"""The record follows what the rules suggest; what people decided stays."""

from decimal import Decimal

import pytest

from services.scoring.domain.awards import AwardProposal
from services.scoring.domain.decisions import (
    KeptProposal,
    ProposalState,
    Suggestion,
    WithdrawalCause,
    reconcile,
)
from shared.plan.types import AgencyCode, ClusterCode


def suggestion(agency: str, score_revision: int = 1, rank: int = 1) -> Suggestion:
    award = AwardProposal(rule="first", cluster=ClusterCode("north"), agency=AgencyCode(agency), rank=rank, total=Decimal(10), grounds=())
    return Suggestion(award=award, score_revision=score_revision)


def kept(agency: str, state: ProposalState = ProposalState.PROPOSED) -> KeptProposal:
    return KeptProposal(proposal=f"p-{agency}", agency=agency, rule="first", state=state, score_revision=1, rank=1, total=Decimal(10))


def test_what_is_suggested_as_before_stays() -> None:
    result = reconcile([suggestion("a")], [kept("a")])
    assert (result.new, result.void) == ((), ())


def test_what_is_new_is_suggested_and_what_is_gone_is_withdrawn() -> None:
    result = reconcile([suggestion("b")], [kept("a")])
    assert [one.award.agency for one in result.new] == ["b"]
    assert result.void == ((kept("a"), WithdrawalCause.NO_LONGER_QUALIFIES),)


@pytest.mark.parametrize("changed", [suggestion("a", score_revision=2), suggestion("a", rank=2)])
def test_another_score_or_rank_is_another_suggestion(changed: Suggestion) -> None:
    result = reconcile([changed], [kept("a")])
    assert (result.new, result.void) == ((changed,), ((kept("a"), WithdrawalCause.SCORE_MOVED),))


@pytest.mark.parametrize("state", [ProposalState.GRANTED, ProposalState.REFUSED, ProposalState.REVOKED])
def test_what_was_decided_is_neither_withdrawn_nor_suggested_again(state: ProposalState) -> None:
    assert reconcile([], [kept("a", state)]).void == ()
    assert reconcile([suggestion("a", score_revision=2)], [kept("a", state)]).new == ()
