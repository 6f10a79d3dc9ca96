"""What the council did with suggestions: papers, public comment, vote, publication. One of each, by the keys of the tables."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.scoring.domain.council import STATES, Procedure, Stage
from services.scoring.domain.votes import Ballot, Cast, Count
from services.scoring.store.statements import QUERIES, Reads, columns
from shared.messaging import Transaction


async def procedure_of(reads: Reads, proposal: str, stage: Stage) -> Procedure:
    """What was done so far with a suggestion that is at this stage."""
    row = await reads.fetchrow(QUERIES.procedure_of, proposal)
    if row is None:
        return Procedure(stage=stage)
    return Procedure(
        stage=stage,
        items=frozenset(row["items"] or ()),
        was_returned=row["was_returned"],
        comment_ends=row["last_day"],
        vote=count_of(row),
    )


def count_of(row: asyncpg.Record) -> Count | None:
    """Read a vote from the columns of its row; none where there was none."""
    return None if row["members"] is None else Count(**{name: row[name] for name in Count.__slots__})


async def move(transaction: Transaction, proposal: str, stage: Stage) -> None:
    """Move a suggestion on."""
    await transaction.connection.execute(QUERIES.move_proposal, proposal, STATES[stage].value, stage.value)


async def keep_dossier(transaction: Transaction, proposal: str, items: Sequence[str], actor: str) -> None:
    """Keep which papers are there."""
    await transaction.connection.execute(QUERIES.keep_dossier, proposal, list(items), actor, transaction.now)


async def return_dossier(transaction: Transaction, proposal: str, reason: str, items: Sequence[tuple[str, str]], actor: str) -> None:
    """Send a dossier back; a public comment on it ends with it."""
    codes, comments = columns(items, 2)
    await transaction.connection.execute(QUERIES.keep_dossier_return, proposal, reason, codes, comments, actor, transaction.now)
    await transaction.connection.execute(QUERIES.forget_dossier, proposal)
    await transaction.connection.execute(QUERIES.forget_public_comment, proposal)


async def open_comment(transaction: Transaction, proposal: str, working_days: int, last_day: date, actor: str) -> None:
    """Open public comment until the end of a day."""
    await transaction.connection.execute(QUERIES.open_public_comment, proposal, working_days, last_day, actor, transaction.now)


async def note_comments(transaction: Transaction, proposal: str, count: int, references: Sequence[str]) -> tuple[int, int]:
    """Note comments; returns how many there are now, and how many references to them."""
    row = await transaction.connection.fetchrow(QUERIES.note_comments, proposal, count, list(references))
    return (row["comments"], row["named"]) if row else (0, 0)


async def keep_vote(transaction: Transaction, proposal: str, count: Count, ballots: Sequence[Ballot], actor: str) -> None:
    """Keep a vote with what each member did."""
    figures = (count.members, count.in_favour, count.against, count.abstained, count.absent, count.recused, count.written, count.needed)
    await transaction.connection.execute(QUERIES.keep_vote, proposal, *figures, actor, transaction.now)
    rows = ((ballot.member, ballot.cast.value, ballot.written, ballot.unit) for ballot in ballots)
    await transaction.connection.execute(QUERIES.keep_ballots, proposal, *columns(rows, 4))


async def ballots_of(reads: Reads, proposal: str) -> list[Ballot]:
    """What each member did."""
    rows = await reads.fetch(QUERIES.ballots_of, proposal)
    return [Ballot(member=row["member"], cast=Cast(row["ballot"]), written=row["written"], unit=row["unit"]) for row in rows]


async def keep_publication(transaction: Transaction, proposal: str, reference: str | None, actor: str) -> None:
    """Note that a granted award is public."""
    await transaction.connection.execute(QUERIES.keep_publication, proposal, reference, actor, transaction.now)
