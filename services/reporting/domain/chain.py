"""Acts of legal weight form a chain: each carries the hash of the one before it, so that none can be altered or taken out unseen."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to what, by whom and when, without personal data."""

    kind: str
    movement: str
    subject: str
    actor: str
    at: datetime
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An act in its place."""

    sequence: int
    hash: str
    previous_hash: str | None
    act: Act


def appended(act: Act, last: Link | None) -> Link:
    """Put an act at the end of the chain."""
    sequence, previous = (1, None) if last is None else (last.sequence + 1, last.hash)
    return Link(sequence=sequence, hash=hash_of(act, sequence, previous), previous_hash=previous, act=act)


def hash_of(act: Act, sequence: int, previous_hash: str | None) -> str:
    """SHA-256 over the hash before, the place in the chain and the act in canonical JSON, a line each."""
    return hashlib.sha256(f"{previous_hash or ''}\n{sequence}\n{canonical(act)}".encode()).hexdigest()


def canonical(act: Act) -> str:
    """Equal acts are equal text: keys in order, the instant in UTC."""
    at = act.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    fields = {"kind": act.kind, "movement": act.movement, "subject": act.subject, "actor": act.actor, "at": at, "facts": dict(act.facts)}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def first_broken(links: Iterable[Link]) -> int | None:
    """The place at which the chain no longer holds; none where it is whole."""
    last: Link | None = None
    for link in links:
        if link != appended(link.act, last):
            return 1 if last is None else last.sequence + 1
        last = link
    return None
