"""Movements, plans, agencies, sources, keys and the chain of acts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.reporting.domain.chain import Act, Link
from services.reporting.domain.directory import Agency
from services.reporting.store.statements import QUERIES, Reads, Writes, columns
from shared.plan.document import plan_document
from shared.plan.types import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A movement under the plan that is in force."""

    code: str
    title_vi: str
    title_en: str
    test: bool
    plan_hash: str
    plan_version: int
    published_at: datetime


def _movement(row: asyncpg.Record) -> Movement:
    return Movement(
        code=row["movement"],
        title_vi=row["title_vi"],
        title_en=row["title_en"],
        test=row["test"],
        plan_hash=row["plan_hash"],
        plan_version=row["plan_version"],
        published_at=row["published_at"],
    )


async def find_movement(reads: Reads, movement: str) -> Movement | None:
    """The movement, if it was published."""
    row = await reads.fetchrow(QUERIES.movement_named, movement)
    return None if row is None else _movement(row)


async def movements_after(reads: Reads, code: str, limit: int) -> list[Movement]:
    """Movements in the order of their codes."""
    return [_movement(row) for row in await reads.fetch(QUERIES.movements, code, limit)]


async def published_version(reads: Reads, plan_hash: str) -> int | None:
    """The version under which a plan of this content was published."""
    row = await reads.fetchrow(QUERIES.plan_with_hash, plan_hash)
    return None if row is None else int(row["version"])


async def keep_plan(writes: Writes, plan: Plan, *, reason: str | None, actor: str, now: datetime) -> None:
    """Put the movement under a new version of its plan."""
    head = (plan.movement, plan.title_vi, plan.title_en, plan.test, plan.content_hash, plan.version, now)
    await writes.execute(QUERIES.keep_movement, *head)
    document = json.dumps(plan_document(plan), ensure_ascii=False)
    await writes.execute(QUERIES.keep_plan, plan.movement, plan.version, plan.content_hash, document, reason, actor, now)


async def agencies_named(reads: Reads, codes: Sequence[str]) -> dict[str, Agency]:
    """What is known of agencies by their codes."""
    return {row["agency"]: _agency(row) for row in await reads.fetch(QUERIES.agencies_named, list(codes))}


def _agency(row: asyncpg.Record) -> Agency:
    return Agency(
        code=row["agency"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        aliases=tuple(row["aliases"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        successor=row["successor"],
    )


async def keep_agencies(writes: Writes, agencies: Iterable[tuple[Agency, int]]) -> None:
    """Take over what changed of agencies, each with its revision."""
    rows = (
        (
            agency.code,
            agency.name_vi,
            agency.name_en,
            json.dumps(agency.aliases, ensure_ascii=False),
            agency.valid_from,
            agency.valid_to,
            agency.successor,
            revision,
        )
        for agency, revision in agencies
    )
    await writes.execute(QUERIES.keep_agencies, *columns(rows, 8))


async def source_codes_of(reads: Reads, agencies: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """What each source calls these agencies: agency → source → codes."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in await reads.fetch(QUERIES.source_codes_of_agencies, list(agencies)):
        found.setdefault(row["agency"], {}).setdefault(row["source"], []).append(row["code"])
    return found


async def keep_source(writes: Writes, source: str, now: datetime) -> bool:
    """Note that a source has its topics; False where it was noted before."""
    return bool(await writes.fetch(QUERIES.keep_source, source, now))


async def keep_source_code(writes: Writes, source: str, code: str, agency: str) -> bool:
    """Note what a source calls an agency; False where that is nothing new."""
    return bool(await writes.fetch(QUERIES.keep_source_code, source, code, agency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key without the key itself."""

    digest: bytes
    name: str
    source: str | None
    roles: tuple[str, ...]
    movements: tuple[str, ...] | None
    agencies: tuple[str, ...] | None
    expires_at: datetime | None
    revoked_at: datetime | None


async def keys_with_name(reads: Reads, name: str) -> list[Key]:
    """Keys of this name, revoked ones too."""
    return [_key(row) for row in await reads.fetch(QUERIES.keys_with_name, name)]


def _key(row: asyncpg.Record) -> Key:
    return Key(
        digest=row["digest"],
        name=row["name"],
        source=row["source"],
        roles=tuple(row["roles"]),
        movements=None if row["movements"] is None else tuple(row["movements"]),
        agencies=None if row["agencies"] is None else tuple(row["agencies"]),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


async def keep_key(writes: Writes, key: Key, revision: int) -> None:
    """Keep a key, so that it opens this service at once."""
    scope = (None if key.movements is None else list(key.movements), None if key.agencies is None else list(key.agencies))
    await writes.execute(
        QUERIES.keep_key, key.digest, key.name, key.source, list(key.roles), *scope, key.expires_at, key.revoked_at, revision
    )


async def last_act(reads: Reads) -> Link | None:
    """The end of the chain of acts."""
    row = await reads.fetchrow(QUERIES.last_act)
    return None if row is None else _link(row)


async def acts_after(reads: Reads, sequence: int, limit: int) -> list[Link]:
    """Acts in their order."""
    return [_link(row) for row in await reads.fetch(QUERIES.acts_after, sequence, limit)]


async def keep_act(writes: Writes, link: Link) -> None:
    """Append to the chain."""
    act = link.act
    facts = json.dumps(dict(act.facts), ensure_ascii=False)
    place = (link.sequence, link.hash, link.previous_hash)
    await writes.execute(QUERIES.keep_act, *place, act.kind, act.movement, act.subject, act.actor, act.at, facts)


def _link(row: asyncpg.Record) -> Link:
    act = Act(
        kind=row["kind"],
        movement=row["movement"],
        subject=row["subject"],
        actor=row["actor"],
        at=row["at"],
        facts=tuple(sorted(row["facts"].items())),
    )
    return Link(sequence=row["sequence"], hash=row["hash"], previous_hash=row["previous_hash"], act=act)
