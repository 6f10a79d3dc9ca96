"""What may be done with a suggestion, and when: two tables that can be read as the rules of procedure.

`TABLE` says for each stage what a step leads to, or the rule that forbids it. `ASKED` says what the plan's award rule can ask for
before a step. A rule of the plan that asks for nothing leaves the short way: suggested, decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from services.scoring.domain.decisions import ProposalState
from services.scoring.domain.votes import Count
from shared.plan.types import AwardRule


class Stage(StrEnum):
    """How far a suggestion has come."""

    SUGGESTED = "suggested"
    RECEIVED = "received"
    RETURNED = "returned"
    COMMENT = "public-comment"
    VOTED = "voted"
    GRANTED = "granted"
    PUBLISHED = "published"
    REFUSED = "refused"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What people do."""

    RECEIVE = "receive"
    RETURN = "return"
    OPEN_COMMENT = "open-comment"
    NOTE_COMMENTS = "note-comments"
    VOTE = "vote"
    GRANT = "grant"
    REFUSE = "refuse"
    PUBLISH = "publish"
    REVOKE = "revoke"


class Objection(StrEnum):
    """The rule that forbids a step."""

    PROPOSAL_WITHDRAWN = "proposal-withdrawn"
    ALREADY_DECIDED = "already-decided"
    ALREADY_PUBLISHED = "already-published"
    NOT_GRANTED = "not-granted"
    SCORE_MOVED = "score-moved"
    STEP_NOT_ASKED = "step-not-asked"
    DOSSIER_MISSING = "dossier-missing"
    DOSSIER_RETURNED = "dossier-returned"
    DOSSIER_HELD = "dossier-held"
    COMMENT_MISSING = "comment-missing"
    COMMENT_OPEN = "comment-open"
    COMMENT_NOT_OPEN = "comment-not-open"
    COMMENT_OPENED = "comment-opened"
    VOTE_MISSING = "vote-missing"
    VOTE_NOT_REACHED = "vote-not-reached"
    VOTE_TAKEN = "vote-taken"


# As the table is read: a step leads to a stage, or is forbidden by a rule.
To, Not = Stage, Objection

# fmt: off
TABLE: Mapping[Stage, Mapping[Step, Stage | Objection]] = MappingProxyType({
    Stage.SUGGESTED: {
        Step.RECEIVE: To.RECEIVED, Step.RETURN: To.RETURNED,
        Step.OPEN_COMMENT: To.COMMENT, Step.NOTE_COMMENTS: Not.COMMENT_NOT_OPEN,
        Step.VOTE: To.VOTED, Step.GRANT: To.GRANTED, Step.REFUSE: To.REFUSED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.RECEIVED: {
        Step.RECEIVE: Not.DOSSIER_HELD, Step.RETURN: To.RETURNED,
        Step.OPEN_COMMENT: To.COMMENT, Step.NOTE_COMMENTS: Not.COMMENT_NOT_OPEN,
        Step.VOTE: To.VOTED, Step.GRANT: To.GRANTED, Step.REFUSE: To.REFUSED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.RETURNED: {  # it comes back by being received again
        Step.RECEIVE: To.RECEIVED, Step.RETURN: Not.DOSSIER_RETURNED,
        Step.OPEN_COMMENT: Not.DOSSIER_RETURNED, Step.NOTE_COMMENTS: Not.COMMENT_NOT_OPEN,
        Step.VOTE: Not.DOSSIER_RETURNED, Step.GRANT: Not.DOSSIER_RETURNED, Step.REFUSE: To.REFUSED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.COMMENT: {  # a dossier that goes back ends the public comment, which is opened anew afterwards
        Step.RECEIVE: Not.DOSSIER_HELD, Step.RETURN: To.RETURNED,
        Step.OPEN_COMMENT: Not.COMMENT_OPENED, Step.NOTE_COMMENTS: To.COMMENT,
        Step.VOTE: To.VOTED, Step.GRANT: To.GRANTED, Step.REFUSE: To.REFUSED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.VOTED: {  # after the vote there is only the decision
        Step.RECEIVE: Not.VOTE_TAKEN, Step.RETURN: Not.VOTE_TAKEN,
        Step.OPEN_COMMENT: Not.VOTE_TAKEN, Step.NOTE_COMMENTS: Not.VOTE_TAKEN,
        Step.VOTE: Not.VOTE_TAKEN, Step.GRANT: To.GRANTED, Step.REFUSE: To.REFUSED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.GRANTED: {
        Step.RECEIVE: Not.ALREADY_DECIDED, Step.RETURN: Not.ALREADY_DECIDED,
        Step.OPEN_COMMENT: Not.ALREADY_DECIDED, Step.NOTE_COMMENTS: Not.ALREADY_DECIDED,
        Step.VOTE: Not.ALREADY_DECIDED, Step.GRANT: Not.ALREADY_DECIDED, Step.REFUSE: Not.ALREADY_DECIDED,
        Step.PUBLISH: To.PUBLISHED, Step.REVOKE: To.REVOKED,
    },
    Stage.PUBLISHED: {
        Step.RECEIVE: Not.ALREADY_DECIDED, Step.RETURN: Not.ALREADY_DECIDED,
        Step.OPEN_COMMENT: Not.ALREADY_DECIDED, Step.NOTE_COMMENTS: Not.ALREADY_DECIDED,
        Step.VOTE: Not.ALREADY_DECIDED, Step.GRANT: Not.ALREADY_DECIDED, Step.REFUSE: Not.ALREADY_DECIDED,
        Step.PUBLISH: Not.ALREADY_PUBLISHED, Step.REVOKE: To.REVOKED,
    },
    Stage.REFUSED: {
        Step.RECEIVE: Not.ALREADY_DECIDED, Step.RETURN: Not.ALREADY_DECIDED,
        Step.OPEN_COMMENT: Not.ALREADY_DECIDED, Step.NOTE_COMMENTS: Not.ALREADY_DECIDED,
        Step.VOTE: Not.ALREADY_DECIDED, Step.GRANT: Not.ALREADY_DECIDED, Step.REFUSE: Not.ALREADY_DECIDED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.REVOKED: {
        Step.RECEIVE: Not.ALREADY_DECIDED, Step.RETURN: Not.ALREADY_DECIDED,
        Step.OPEN_COMMENT: Not.ALREADY_DECIDED, Step.NOTE_COMMENTS: Not.ALREADY_DECIDED,
        Step.VOTE: Not.ALREADY_DECIDED, Step.GRANT: Not.ALREADY_DECIDED, Step.REFUSE: Not.ALREADY_DECIDED,
        Step.PUBLISH: Not.NOT_GRANTED, Step.REVOKE: Not.NOT_GRANTED,
    },
    Stage.WITHDRAWN: {  # the rules took the suggestion back: nothing is left to act on
        Step.RECEIVE: Not.PROPOSAL_WITHDRAWN, Step.RETURN: Not.PROPOSAL_WITHDRAWN,
        Step.OPEN_COMMENT: Not.PROPOSAL_WITHDRAWN, Step.NOTE_COMMENTS: Not.PROPOSAL_WITHDRAWN,
        Step.VOTE: Not.PROPOSAL_WITHDRAWN, Step.GRANT: Not.PROPOSAL_WITHDRAWN, Step.REFUSE: Not.PROPOSAL_WITHDRAWN,
        Step.PUBLISH: Not.PROPOSAL_WITHDRAWN, Step.REVOKE: Not.PROPOSAL_WITHDRAWN,
    },
})
# fmt: on

# What the rest of the program asks: is it still open, and if not, how did it end?
STATES: Mapping[Stage, ProposalState] = MappingProxyType(
    {
        Stage.SUGGESTED: ProposalState.PROPOSED,
        Stage.RECEIVED: ProposalState.PROPOSED,
        Stage.RETURNED: ProposalState.PROPOSED,
        Stage.COMMENT: ProposalState.PROPOSED,
        Stage.VOTED: ProposalState.PROPOSED,
        Stage.GRANTED: ProposalState.GRANTED,
        Stage.PUBLISHED: ProposalState.GRANTED,
        Stage.REFUSED: ProposalState.REFUSED,
        Stage.REVOKED: ProposalState.REVOKED,
        Stage.WITHDRAWN: ProposalState.WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What was done so far: the papers that are there, the last day of public comment, the vote."""

    stage: Stage
    items: frozenset[str] = frozenset()
    was_returned: bool = False
    comment_ends: date | None = None
    vote: Count | None = None


Condition = Callable[[AwardRule, Procedure, date], Objection | None]


def dossier_is_asked(rule: AwardRule, _done: Procedure, _today: date) -> Objection | None:
    """The plan's rule names papers."""
    return None if rule.dossier else Objection.STEP_NOT_ASKED


def comment_is_asked(rule: AwardRule, _done: Procedure, _today: date) -> Objection | None:
    """The plan's rule wants the public to be heard."""
    return None if rule.public_comment_days is not None else Objection.STEP_NOT_ASKED


def vote_is_asked(rule: AwardRule, _done: Procedure, _today: date) -> Objection | None:
    """The plan's rule wants a vote."""
    return None if rule.vote is not None else Objection.STEP_NOT_ASKED


def dossier_is_here(rule: AwardRule, done: Procedure, _today: date) -> Objection | None:
    """Every paper that the rule names was received."""
    return Objection.DOSSIER_MISSING if papers_lacking(rule, done.items) else None


def comment_is_over(rule: AwardRule, done: Procedure, today: date) -> Objection | None:
    """The public was asked, and the last day of its time is past."""
    if rule.public_comment_days is None:
        return None
    if done.comment_ends is None:
        return Objection.COMMENT_MISSING
    return Objection.COMMENT_OPEN if today <= done.comment_ends else None


def vote_is_reached(rule: AwardRule, done: Procedure, _today: date) -> Objection | None:
    """Enough of all members agreed."""
    if rule.vote is None:
        return None
    if done.vote is None:
        return Objection.VOTE_MISSING
    return None if done.vote.is_reached else Objection.VOTE_NOT_REACHED


# What has to be so before a step; each condition speaks only where the plan's rule asks for it.
ASKED: Mapping[Step, tuple[Condition, ...]] = MappingProxyType(
    {
        Step.RECEIVE: (dossier_is_asked,),
        Step.RETURN: (dossier_is_asked,),
        Step.OPEN_COMMENT: (comment_is_asked, dossier_is_here),
        Step.NOTE_COMMENTS: (),
        Step.VOTE: (vote_is_asked, dossier_is_here, comment_is_over),
        Step.GRANT: (dossier_is_here, comment_is_over, vote_is_reached),
        Step.REFUSE: (),
        Step.PUBLISH: (),
        Step.REVOKE: (),
    }
)


def papers_lacking(rule: AwardRule, items: frozenset[str]) -> tuple[str, ...]:
    """The papers of the checklist that are not there, in its order."""
    return tuple(item.code for item in rule.dossier if item.code not in items)


def objections_to(step: Step, rule: AwardRule, done: Procedure, today: date) -> tuple[Objection, ...]:
    """Why a step may not be taken now: the table's word, else every condition that is not met; none where it may."""
    led = TABLE[done.stage][step]
    if isinstance(led, Objection):
        return (led,)
    found = (condition(rule, done, today) for condition in ASKED[step])
    return tuple(objection for objection in found if objection is not None)


def objection_on_score(*, stands_on: int, seen: int, current: int | None) -> Objection | None:
    """A decision is on the score that the suggestion stands on, which the council saw and which is still the final one."""
    return None if stands_on == seen == current else Objection.SCORE_MOVED


def after(step: Step, stage: Stage) -> Stage:
    """Where a step leads that may be taken; raises where the table forbids it."""
    led = TABLE[stage][step]
    if isinstance(led, Objection):
        raise TypeError(f"{step} is forbidden at {stage}: {led}")
    return led
