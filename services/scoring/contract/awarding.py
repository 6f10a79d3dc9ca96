"""Events out: suggestions, what people did with them and what they decided; the order of each is the agency's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.scoring.contract.saying import Saying, on_agency
from services.scoring.domain.decisions import Suggestion, WithdrawalCause
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.votes import Count
from shared.events import AWARDS, Fact, awards
from shared.messaging import Announcement
from shared.plan.types import AwardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Names a suggestion: what it is of, for whom and by which rule."""

    proposal: str
    key: ClusterKey
    agency: str
    rule: str


def award_proposed(saying: Saying, named: Proposed, suggestion: Suggestion, rule: AwardRule, *, revision: int) -> Announcement:
    """Say that the rules suggest an award."""
    award = suggestion.award
    fact = awards.AwardProposed(
        **names(named),
        revision=revision,
        form_vi=rule.form_vi,
        form_en=rule.form_en,
        rank=award.rank,
        total=award.total,
        score_revision=suggestion.score_revision,
        grounds=[awards.Ground(clause=one.clause, vi=one.sentence.vi, en=one.sentence.en) for one in award.grounds],
        proposed_at=saying.at,
    )
    return on_awards(saying, fact, named, revision)


def award_withdrawn(saying: Saying, named: Proposed, cause: WithdrawalCause, *, revision: int) -> Announcement:
    """Say that a suggestion is void before anyone decided on it."""
    fact = awards.AwardWithdrawn(**names(named), revision=revision, cause=awards.WithdrawalCause(cause.value), withdrawn_at=saying.at)
    return on_awards(saying, fact, named, revision)


def award_received(saying: Saying, named: Proposed, items: Sequence[str], *, again: bool, revision: int) -> Announcement:
    """Say that the dossier is complete and taken in."""
    fact = awards.AwardReceived(**names(named), revision=revision, items=list(items), again=again, received_at=saying.at)
    return on_awards(saying, fact, named, revision)


def award_returned(saying: Saying, named: Proposed, reason: str, items: Sequence[tuple[str, str]], *, revision: int) -> Announcement:
    """Say that the dossier went back, and what has to be mended."""
    papers = [awards.ReturnedPaper(item=item, comment=comment) for item, comment in items]
    fact = awards.AwardReturned(**names(named), revision=revision, reason=reason, items=papers, returned_at=saying.at)
    return on_awards(saying, fact, named, revision)


def award_comment_opened(saying: Saying, named: Proposed, *, working_days: int, last_day: date, revision: int) -> Announcement:
    """Say that the public may comment, and until when."""
    fact = awards.AwardCommentOpened(**names(named), revision=revision, opened_at=saying.at, working_days=working_days, last_day=last_day)
    return on_awards(saying, fact, named, revision)


def award_voted(saying: Saying, named: Proposed, count: Count, *, revision: int) -> Announcement:
    """Say how a vote ended; who voted how is not said."""
    fact = awards.AwardVoted(
        **names(named),
        revision=revision,
        members=count.members,
        in_favour=count.in_favour,
        against=count.against,
        abstained=count.abstained,
        absent=count.absent,
        recused=count.recused,
        written=count.written,
        needed=count.needed,
        reached=count.is_reached,
        voted_at=saying.at,
    )
    return on_awards(saying, fact, named, revision)


def award_published(saying: Saying, named: Proposed, reference: str | None, *, revision: int) -> Announcement:
    """Say that a granted award is public."""
    fact = awards.AwardPublished(**names(named), revision=revision, reference=reference, published_at=saying.at)
    return on_awards(saying, fact, named, revision)


def award_decided(
    saying: Saying,
    named: Proposed,
    *,
    outcome: awards.Outcome,
    reason_class: awards.ReasonClass | None,
    reason: str | None,
    revision: int,
) -> Announcement:
    """Say what the council decided."""
    fact = awards.AwardDecided(
        **names(named), revision=revision, outcome=outcome, reason_class=reason_class, reason=reason, decided_at=saying.at
    )
    return on_awards(saying, fact, named, revision)


def award_revoked(saying: Saying, named: Proposed, *, ground: awards.RevocationGround, reason: str, revision: int) -> Announcement:
    """Say that a granted award was taken back."""
    fact = awards.AwardRevoked(**names(named), revision=revision, ground=ground, reason=reason, revoked_at=saying.at)
    return on_awards(saying, fact, named, revision)


def names(named: Proposed) -> dict[str, str]:
    """What every fact of a suggestion is named by."""
    key = named.key
    return {
        "proposal": named.proposal,
        "movement": key.movement,
        "period": key.period,
        "cluster": key.cluster,
        "agency": named.agency,
        "rule": named.rule,
    }


def on_awards(saying: Saying, fact: Fact, named: Proposed, revision: int) -> Announcement:
    """Make an announcement of a suggestion; its order is the agency's."""
    return on_agency(saying, fact, revision=revision, subject=named.proposal, topic=AWARDS.name, agency=named.agency)
