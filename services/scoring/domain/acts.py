"""Acts of legal weight form a chain: each carries the hash of the one before it, so nothing is altered, removed or slipped in unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
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
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An act in its place in the chain."""

    sequence: int
    hash: str
    previous_hash: str | None
    act: Act


def canonical(act: Act) -> str:
    """Write an act so that equal acts give equal bytes."""
    at = act.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    words = {"kind": act.kind, "movement": act.movement, "subject": act.subject, "actor": act.actor, "at": at, "facts": dict(act.facts)}
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(act: Act, sequence: int, previous_hash: str | None) -> str:
    """SHA-256 over the hash before, the place in the chain and the act, a line each."""
    return hashlib.sha256(f"{previous_hash or ''}\n{sequence}\n{canonical(act)}".encode()).hexdigest()


def linked(act: Act, last: Link | None) -> Link:
    """Append an act to the chain that ends with `last`."""
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, None)
    return Link(sequence=sequence, hash=hash_of(act, sequence, previous), previous_hash=previous, act=act)


def first_broken(links: Iterable[Link]) -> int | None:
    """Walk a chain from its first link and return the place at which it no longer holds; none where it is whole."""
    last: Link | None = None
    for link in links:
        if link != linked(link.act, last):
            return last.sequence + 1 if last else 1
        last = link
    return None
