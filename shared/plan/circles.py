"""Circles among codes that point at codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def circle_from(start: str, points_at: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The shortest way from a code back to itself, with the code at both ends; empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = set[str]()
    for way in ways:  # grows while it is read: nearer codes are looked at first
        if way[-1] == start and len(way) > 1:
            return way
        following = [code for code in points_at.get(way[-1], ()) if code not in seen]
        seen.update(following)
        ways += [(*way, code) for code in following]
    return ()
