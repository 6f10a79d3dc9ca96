"""What may become of a suggestion: the rules propose and withdraw, people decide once and may revoke what was granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.scoring.domain.awards import AwardProposal


class ProposalState(StrEnum):
    """Where a suggestion stands."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


class WithdrawalCause(StrEnum):
    """Why a suggestion is void before anyone decided on it."""

    SCORE_MOVED = "score-moved"
    PERIOD_REOPENED = "period-reopened"
    NO_LONGER_QUALIFIES = "no-longer-qualifies"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProposal:
    """A suggestion on record, not withdrawn."""

    proposal: str
    agency: str
    rule: str
    state: ProposalState
    score_revision: int
    rank: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the rules suggest now, with the score that it stands on."""

    award: AwardProposal
    score_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What has to be said so that the record equals what the rules suggest."""

    new: tuple[Suggestion, ...]
    void: tuple[tuple[KeptProposal, WithdrawalCause], ...]


def reconcile(suggestions: Sequence[Suggestion], kept: Sequence[KeptProposal]) -> Reconciled:
    """Suggest what is new and withdraw what is undecided and no longer suggested. What was decided stays as it was decided.

    What was granted, also if it was revoked since, is never suggested again. What was refused is, once its total is another one than
    the council saw.
    """
    wanted = {(str(one.award.agency), one.award.rule): one for one in suggestions}
    causes = [(one, cause_of_withdrawal(one, wanted.get((one.agency, one.rule)))) for one in kept]
    void = tuple((one, cause) for one, cause in causes if cause is not None)
    standing = {(one.agency, one.rule) for one, cause in causes if cause is None and not is_open_again(one, wanted)}
    return Reconciled(new=tuple(one for key, one in wanted.items() if key not in standing), void=void)


def is_open_again(kept: KeptProposal, wanted: Mapping[tuple[str, str], Suggestion]) -> bool:
    """A refusal was of this total; another one is another case."""
    now = wanted.get((kept.agency, kept.rule))
    return kept.state is ProposalState.REFUSED and now is not None and now.award.total != kept.total


def cause_of_withdrawal(kept: KeptProposal, wanted: Suggestion | None) -> WithdrawalCause | None:
    """Nothing ends a decided one; an undecided one ends when it is suggested no more, or stands on another score or rank."""
    if kept.state is not ProposalState.PROPOSED:
        return None
    if wanted is None:
        return WithdrawalCause.NO_LONGER_QUALIFIES
    same = (wanted.score_revision, wanted.award.rank) == (kept.score_revision, kept.rank)
    return None if same else WithdrawalCause.SCORE_MOVED
