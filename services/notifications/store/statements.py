"""The named statements of this service."""

from pathlib import Path

from shared.database import load_queries

QUERIES = load_queries(Path(__file__).parents[1] / "sql" / "queries.sql")
