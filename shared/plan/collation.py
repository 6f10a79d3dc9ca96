"""The order of Vietnamese names: syllable by syllable, by the letters of the alphabet first and by the tone where these are equal.

The 29 letters are those of the Vietnamese alphabet with f, j, w, z in their places; tones go level, grave, hook, tilde, acute, dot below.
PostgreSQL and the C library here know no such order, so names are sorted in Python.
"""

from __future__ import annotations

import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
PLACES = {letter: place for place, letter in enumerate(ALPHABET)}
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
OUTSIDE = -1  # digits and marks stand before all letters

Syllable = tuple[tuple[tuple[int, str], ...], int]


def vietnamese_order(name: str) -> tuple[Syllable, ...]:
    """The key to sort names by; upper and lower case, composed and decomposed text are one."""
    return tuple(syllable(word) for word in name.casefold().split())


def syllable(word: str) -> Syllable:
    """The letters without their tones, and the tone of the whole syllable."""
    marks = unicodedata.normalize("NFD", word)
    toneless = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    letters = tuple((PLACES.get(letter, OUTSIDE), "" if letter in PLACES else letter) for letter in toneless)
    return letters, max((TONES.get(mark, 0) for mark in marks), default=0)
