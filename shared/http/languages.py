"""Answers are in Vietnamese unless the caller prefers English."""

from enum import StrEnum

RANGES_MAX = 20


class Language(StrEnum):
    """The languages that every sentence is written in."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


def language_of(accept_language: str | None) -> Language:
    """Choose by Accept-Language (RFC 9110): the highest weight wins, Vietnamese where nothing is preferred."""
    weights = dict.fromkeys(Language, 0.0)
    for text in (accept_language or "").split(",")[:RANGES_MAX]:
        tag, _, parameters = text.strip().lower().partition(";")
        primary = tag.strip().split("-")[0]
        if primary in weights:
            language = Language(primary)
            weights[language] = max(weights[language], _weight(parameters))
    return Language.ENGLISH if weights[Language.ENGLISH] > weights[Language.VIETNAMESE] else Language.VIETNAMESE


def _weight(parameters: str) -> float:
    """Read `q=0.8`; one without a weight counts fully, one that can not be read not at all."""
    name, _, number = parameters.partition("=")
    if not name.strip():
        return 1.0
    digits = number.strip()
    return float(digits) if name.strip() == "q" and digits.replace(".", "", 1).isascii() and digits.replace(".", "", 1).isdigit() else 0.0
