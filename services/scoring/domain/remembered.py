"""What follows from a rule of a plan alone is worked out once for each rule, and not again for every unit.

A rule is recognised by being the very same object: two rules are never taken for one another, and comparing them costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

RULES_MAX: Final = 20_000

Rule = TypeVar("Rule")
Follows = TypeVar("Follows")


class Remembered(Generic[Rule, Follows]):
    """A pure function of a rule that remembers what it said of the rules that it saw, within a bound."""

    def __init__(self, work_out: Callable[[Rule], Follows]) -> None:
        self._work_out = work_out
        self._kept: dict[int, tuple[Rule, Follows]] = {}

    def __call__(self, rule: Rule) -> Follows:
        kept = self._kept.get(id(rule))
        # The rule is kept beside what follows from it, so its id belongs to no other object as long as it is here.
        return kept[1] if kept is not None else self._remember(rule)

    def _remember(self, rule: Rule) -> Follows:
        if len(self._kept) >= RULES_MAX:
            self._kept.clear()
        follows = self._work_out(rule)
        self._kept[id(rule)] = (rule, follows)
        return follows
