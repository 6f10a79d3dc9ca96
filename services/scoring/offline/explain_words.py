"""A plan in plain words: items, each with its place in the plan, so that two plans can be laid beside each other item by item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.scoring.domain import wording
from shared.plan.types import Sentence

NOTHING = Sentence(vi="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One rule in words. `section` is the key of the plan that it stands under; `key` names the rule inside it, also after a change."""

    section: str
    key: str
    title: Sentence
    lines: tuple[Sentence, ...] = ()
    depth: int = 0


def say(vi: str, en: str) -> Sentence:
    return Sentence(vi=vi, en=en)


def joined(parts: Iterable[Sentence], between: str = "; ") -> Sentence:
    """Parts that say something, in a row."""
    said = [part for part in parts if part.vi]
    return Sentence(vi=between.join(part.vi for part in said), en=between.join(part.en for part in said))


def when(condition: object, vi: str, en: str) -> Sentence:
    """The sentence, where there is anything to say."""
    return Sentence(vi=vi, en=en) if condition else NOTHING


def points(amount: Decimal) -> Sentence:
    return wording.points(amount)


def figure(amount: Decimal) -> Sentence:
    return wording.figure(amount)


def day(one: date) -> Sentence:
    return Sentence(vi=f"{one:%d/%m/%Y}", en=one.isoformat())


def clause(text: str) -> Sentence:
    return when(text, f" ({text})", f" ({text})")
