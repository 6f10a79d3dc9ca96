"""Every statement of the benchmark, by name, and the tables."""

from pathlib import Path

from shared.database.queries import load_queries

FOLDER = Path(__file__).parent / "sql"
QUERIES = load_queries(FOLDER / "queries.sql")
TABLES = (FOLDER / "tables.sql").read_text(encoding="utf-8")
