"""Named statements: each once, each described."""

from pathlib import Path

import pytest

from shared.database import load_queries
from shared.database.queries import QueriesInvalid

GOOD = """-- What this file is about.

-- name: one
-- Gives one.
SELECT 1;

-- name: two
-- Gives two.
-- In two lines.
SELECT
    2;
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "queries.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_statement_is_had_by_attribute_and_by_name(tmp_path: Path) -> None:
    queries = load_queries(written(tmp_path, GOOD))
    assert list(queries) == ["one", "two"]
    assert queries.one == queries["one"]
    assert queries.two.endswith("SELECT\n    2;")


def test_a_statement_carries_its_name_to_the_server_so_that_logs_tell_it(tmp_path: Path) -> None:
    assert load_queries(written(tmp_path, GOOD)).one.startswith("-- name: one\n")


def test_a_name_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    queries = load_queries(written(tmp_path, GOOD))
    with pytest.raises(AttributeError, match="three"):
        _ = queries.three


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "-- name: one\n-- Again.\nSELECT 1;",
        "-- name: one\nSELECT 1;",
        "-- name: one\n-- Described, but empty.\n",
        "-- name: One Two\n-- Gives one.\nSELECT 1;",
        "SELECT 1;\n-- name: one\n-- Gives one.\nSELECT 1;",
    ],
    ids=["twice", "not described", "empty", "not a name", "before the first name"],
)
def test_a_file_that_breaks_the_rules_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(QueriesInvalid):
        load_queries(written(tmp_path, text))
