"""What is known of agencies: their names, and where their mail goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.store.statements import QUERIES
from shared.database import Pool
from shared.events.registry import AgencyChanged
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where an agency's mail goes, and in which language."""

    agency: str
    email: str
    language: str
    changed_at: datetime


async def keep_agencies(transaction: Transaction, changed: Sequence[AgencyChanged]) -> None:
    """Take over the newest names of agencies."""
    if changed:
        columns = ([each.agency for each in changed], [each.name_vi for each in changed], [each.name_en for each in changed])
        await transaction.connection.execute(QUERIES.keep_agencies, *columns, [each.revision for each in changed])


async def keep_contact(transaction: Transaction, *, agency: str, email: str, language: str, caller: str) -> None:
    """Set where an agency's mail goes."""
    await transaction.connection.execute(QUERIES.keep_contact, agency, email, language, transaction.now, caller)


async def find_contact(pool: Pool, agency: str) -> Contact | None:
    """Return where an agency's mail goes, if that is known."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        row = await connection.fetchrow(QUERIES.find_contact, agency, timeout=READ_SECONDS_MAX)
    return None if row is None else Contact(**dict(row))
