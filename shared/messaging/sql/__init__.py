"""Every statement of the runtime, by name."""

from pathlib import Path

from shared.database.queries import load_queries

QUERIES = load_queries(Path(__file__).parent / "queries.sql")
