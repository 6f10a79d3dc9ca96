"""Vietnamese unless English is preferred."""

import pytest

from shared.http.languages import language_of


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("fr", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi,en;q=0.9", "vi"),
        ("en;q=0.5,vi;q=0.9", "vi"),
        ("vi;q=0.1,en;q=0.2", "en"),
        ("en;q=x", "vi"),
        ("en;q=²", "vi"),
        ("*;q=0.5", "vi"),
        ("en," * 10_000, "en"),
    ],
)
def test_the_preferred_language_is_chosen(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language
