"""The scores that moved become rows and announcements; what there is no room for in one transaction stays as marks for the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.scoring import metrics
from services.scoring.acts.cases import ClusterAtHand
from services.scoring.contract import Saying, agency_lock, score_computed, score_voided
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Cause, NewMark, causes_for
from services.scoring.domain.recomputation import Moved, Recomputed
from services.scoring.store import hearing, scores
from services.scoring.store.scores import Basis, NewScore
from shared.messaging import Announcement, Lock, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """An agency whose score moved, and why."""

    at_hand: ClusterAtHand
    moved: Moved
    cause: Cause
    cluster_facts: str

    @property
    def basis(self) -> Basis:
        """What the score was computed from besides the report."""
        period, report = self.at_hand.case.period, self.at_hand.case.inputs.get(self.moved.agency)
        appraisal = report.appraisal if report else None
        return Basis(due=period.due, grace_days=period.grace_days, cluster_facts=self.cluster_facts, appraisal=appraisal)

    @property
    def place(self) -> tuple[str, str, str]:
        """Movement, period and agency."""
        return self.at_hand.key.movement, self.at_hand.key.period, self.moved.agency


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What is announced in this transaction and what is left for the next."""

    now: tuple[Moving, ...]
    later: tuple[Moving, ...]

    def has_later(self, key: ClusterKey) -> bool:
        """Tell whether a cluster is not done with this transaction."""
        return any(one.at_hand.key == key for one in self.later)

    @property
    def locks(self) -> list[Lock]:
        """The locks of the agencies that are announced for."""
        return [agency_lock(agency) for agency in sorted({one.moved.agency for one in self.now})]


def split(computed: Iterable[tuple[ClusterAtHand, Recomputed]], room: int) -> Split:
    """Take agencies until there is no room for another lock; an agency that moved in several periods takes one."""
    everything = [one for at_hand, recomputed in computed for one in movings(at_hand, recomputed)]
    fitting = set(list(dict.fromkeys(one.moved.agency for one in everything))[:room])
    return Split(
        now=tuple(one for one in everything if one.moved.agency in fitting),
        later=tuple(one for one in everything if one.moved.agency not in fitting),
    )


def movings(at_hand: ClusterAtHand, recomputed: Recomputed) -> list[Moving]:
    """Each agency of a cluster that moved, with its cause."""
    causes = causes_for([one.agency for one in recomputed.moved], at_hand.marks)
    return [Moving(at_hand=at_hand, moved=one, cause=causes[one.agency], cluster_facts=recomputed.facts) for one in recomputed.moved]


async def mark_later(transaction: Transaction, later: Sequence[Moving]) -> None:
    """Leave a mark on each agency that there was no room for, with its cause."""
    marks = [
        NewMark(movement=one.at_hand.key.movement, period=one.at_hand.key.period, agency=one.moved.agency, cause=one.cause) for one in later
    ]
    await hearing.append_marks(transaction, marks)


async def write_and_announce(transaction: Transaction, now: Sequence[Moving]) -> list[NewScore]:
    """Write the scores that moved and announce them; the agencies' locks are held."""
    revisions = iter(await transaction.draw_revisions(sum(len(sayings_of(one)) for one in now)))
    rows = [row for one in now for row in rows_of(one, revisions)]
    await scores.write_scores(transaction, rows)
    traces = {one.place: one for one in now}
    await transaction.announce([announcement_of(transaction, row, traces[place_of(row)]) for row in rows])
    for row in rows:
        metrics.SCORES_COMPUTED.labels(kind="voided" if row.explained is None else row.state.value).inc()
    return [row for row in rows if row.is_current]


def sayings_of(one: Moving) -> tuple[bool, ...]:
    """What is said of a score that moved: that the old one is void (False), that there is a new one (True), or both in turn."""
    void = (False,) if one.moved.voided_version is not None else ()
    new = (True,) if one.moved.explained is not None else ()
    return (*void, *new)


def rows_of(one: Moving, revisions: Iterable[int]) -> list[NewScore]:
    """The rows of what is said, the last of them current."""
    sayings = sayings_of(one)
    numbers = [next(iter(revisions)) for _ in sayings]
    return [
        NewScore(
            key=one.at_hand.key,
            agency=one.moved.agency,
            revision=revision,
            state=one.at_hand.case.state,
            cause=one.cause,
            explained=one.moved.explained if is_new else None,
            before=one.moved.before,
            is_current=place == len(sayings) - 1,
            basis=one.basis,
        )
        for place, (is_new, revision) in enumerate(zip(sayings, numbers, strict=True))
    ]


def place_of(row: NewScore) -> tuple[str, str, str]:
    """Movement, period and agency."""
    return row.key.movement, row.key.period, row.agency


def announcement_of(transaction: Transaction, row: NewScore, one: Moving) -> Announcement:
    """Announce a row under its revision."""
    saying = Saying(at=transaction.now, traceparent=row.cause.traceparent, test=one.at_hand.case.plan.test)
    if row.explained is None:
        version = one.moved.voided_version or 1
        return score_voided(saying, row.key, row.agency, version=version, cause=row.cause, revision=row.revision)
    return score_computed(
        saying, row.key, row.explained, state=row.state, cause=row.cause, appraisal=row.basis.appraisal, revision=row.revision
    )
