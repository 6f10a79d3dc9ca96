"""What each step of the council keeps and tells: papers, public comment, vote, decision, publication, revocation."""

import hashlib
import json
from collections.abc import Sequence

from services.scoring.api.acting import AtHand, Take, Taken, demand
from services.scoring.api.asked import (
    BallotAsked,
    CommentsAsked,
    DecisionAsked,
    DossierAsked,
    PublicationAsked,
    ReturnAsked,
    RevocationAsked,
    VoteAsked,
)
from services.scoring.contract import (
    award_comment_opened,
    award_decided,
    award_published,
    award_received,
    award_returned,
    award_revoked,
    award_voted,
)
from services.scoring.domain.council import objection_on_score, papers_lacking
from services.scoring.domain.votes import Ballot, counted, faults_in_ballots
from services.scoring.store import council, proposals
from services.scoring.store.proposals import Decision
from shared.http.problems import Problem, fault
from shared.plan.calendar import after_working_days
from shared.plan.periods import local_day


def receive(asked: DossierAsked) -> Take:
    """Take the dossier in; one that lacks papers is refused, naming them, and is to be returned."""

    async def take(hand: AtHand) -> Taken:
        demand_papers(hand, asked.items, "/items/{}")
        lacking = papers_lacking(hand.rule, frozenset(asked.items))
        if lacking:
            raise Problem("dossier-incomplete", pointer="/items", items=", ".join(lacking))
        items = sorted(set(asked.items))
        await council.keep_dossier(hand.transaction, hand.proposal, items, hand.actor)
        again = hand.done.was_returned
        return Taken(
            kind="dossier-resubmitted" if again else "dossier-received",
            facts={"items": ", ".join(items)},
            say=lambda revision: award_received(hand.saying, hand.named, items, again=again, revision=revision),
        )

    return take


def send_back(asked: ReturnAsked) -> Take:
    """Return the dossier with the papers that have to be mended or added."""

    async def take(hand: AtHand) -> Taken:
        demand_papers(hand, [each.item for each in asked.items], "/items/{}/item")
        items = [(each.item, each.comment) for each in asked.items]
        await council.return_dossier(hand.transaction, hand.proposal, asked.reason, items, hand.actor)
        return Taken(
            kind="dossier-returned",
            facts={"reason": asked.reason, "items": ", ".join(item for item, _ in items)},
            say=lambda revision: award_returned(hand.saying, hand.named, asked.reason, items, revision=revision),
        )

    return take


def demand_papers(hand: AtHand, items: Sequence[str], pointer: str) -> None:
    """Papers are those of the plan's checklist."""
    known = [item.code for item in hand.rule.dossier]
    unknown = [place for place, item in enumerate(items) if item not in known]
    if unknown:
        raise Problem.of([fault("choice-unknown", pointer.format(place), field="item", allowed=", ".join(known)) for place in unknown])


async def open_comment(hand: AtHand) -> Taken:
    """Let the public comment for as many working days as the plan's rule asks, by the plan's calendar."""
    days = hand.rule.public_comment_days or 0
    last_day = after_working_days(hand.plan, local_day(hand.transaction.now), days)
    await council.open_comment(hand.transaction, hand.proposal, days, last_day, hand.actor)
    return Taken(
        kind="comment-opened",
        facts={"working_days": str(days), "last_day": last_day.isoformat()},
        say=lambda revision: award_comment_opened(hand.saying, hand.named, working_days=days, last_day=last_day, revision=revision),
    )


def note_comments(asked: CommentsAsked) -> Take:
    """Note how many comments came, and references to them; never what they say."""

    async def take(hand: AtHand) -> Taken:
        comments, named = await council.note_comments(hand.transaction, hand.proposal, asked.count, asked.references)
        if named > comments:
            raise Problem("field-out-of-range", pointer="/references", field="references", allowed=f"<= {asked.count}")
        facts = {"count": str(asked.count), "comments": str(comments), "references": ", ".join(asked.references)}
        return Taken(kind="comments-noted", facts=facts)

    return take


def vote(asked: VoteAsked) -> Take:
    """Count a vote on all members of the council, and keep who did what by their references."""

    async def take(hand: AtHand) -> Taken:
        if hand.rule.vote is None:
            raise Problem("step-not-asked", rule=hand.rule.code)
        ballots = [ballot_of(each) for each in asked.members]
        demand_ballots(hand, ballots, members=hand.rule.vote.members, written_allowed=hand.rule.vote.written_opinions)
        count = counted(ballots, hand.rule.vote.percent)
        await council.keep_vote(hand.transaction, hand.proposal, count, ballots, hand.actor)
        names = ("members", "in_favour", "against", "abstained", "absent", "recused", "written", "needed")
        facts = {name: str(getattr(count, name)) for name in names}
        return Taken(
            kind="vote-taken",
            facts={**facts, "reached": "yes" if count.is_reached else "no", "ballots": digest_of(ballots)},
            say=lambda revision: award_voted(hand.saying, hand.named, count, revision=revision),
        )

    return take


def ballot_of(asked: BallotAsked) -> Ballot:
    """Take over what one member did."""
    return Ballot(member=asked.member, cast=asked.ballot, written=asked.written, unit=asked.unit)


def demand_ballots(hand: AtHand, ballots: Sequence[Ballot], *, members: int | None, written_allowed: bool) -> None:
    """A vote is void as a whole where one ballot is, or where others than all members are named."""
    if members not in (None, len(ballots)):
        raise Problem("vote-members-differ", named=len(ballots), members=members)
    faults = list(faults_in_ballots(ballots, hand.case.kept.agency, written_allowed=written_allowed))
    places = {ballot.member: place for place, ballot in enumerate(ballots)}
    if faults:
        raise Problem.of([fault(each.code, f"/members/{places[each.entry]}", member=each.entry) for each in faults])


def digest_of(ballots: Sequence[Ballot]) -> str:
    """One hash over who did what, so that the act stands for the ballots without telling them."""
    rows = sorted([ballot.member, ballot.cast.value, ballot.written, ballot.unit] for ballot in ballots)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def decide(asked: DecisionAsked) -> Take:
    """Grant or refuse, on the score that the council saw."""

    async def take(hand: AtHand) -> Taken:
        demand_score(hand, asked.score_revision)
        reason_class = asked.reason_class.value if asked.reason_class else None
        decision = Decision(
            outcome=asked.outcome.value, reason_class=reason_class, reason=asked.reason, score_revision=asked.score_revision
        )
        await proposals.decide(hand.transaction, hand.proposal, decision, hand.actor)
        facts = {"outcome": asked.outcome.value, "score_revision": str(asked.score_revision)}
        facts |= {"reason_class": reason_class} if reason_class else {}
        facts |= {"reason": asked.reason} if asked.reason else {}
        return Taken(
            kind="award-decided",
            facts=facts,
            say=lambda revision: award_decided(
                hand.saying,
                hand.named,
                outcome=asked.outcome,
                reason_class=asked.reason_class,
                reason=asked.reason,
                revision=revision,
            ),
        )

    return take


def demand_score(hand: AtHand, seen: int) -> None:
    """The score counts only while its cluster is final."""
    current = hand.case.current_revision if hand.case.is_final else None
    objection = objection_on_score(stands_on=hand.case.kept.score_revision, seen=seen, current=current)
    demand((objection,) if objection else (), hand)


def publish(asked: PublicationAsked) -> Take:
    """Make a granted award public."""

    async def take(hand: AtHand) -> Taken:
        await council.keep_publication(hand.transaction, hand.proposal, asked.reference, hand.actor)
        return Taken(
            kind="award-published",
            facts={"reference": asked.reference} if asked.reference else {},
            say=lambda revision: award_published(hand.saying, hand.named, asked.reference, revision=revision),
        )

    return take


def revoke(asked: RevocationAsked) -> Take:
    """Take a granted award back on one of the four legal grounds."""

    async def take(hand: AtHand) -> Taken:
        await proposals.revoke(hand.transaction, hand.proposal, asked.ground.value, asked.reason, hand.actor)
        return Taken(
            kind="award-revoked",
            facts={"ground": asked.ground.value, "reason": asked.reason},
            say=lambda revision: award_revoked(hand.saying, hand.named, ground=asked.ground, reason=asked.reason, revision=revision),
        )

    return take
