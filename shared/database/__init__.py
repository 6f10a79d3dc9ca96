"""PostgreSQL as every service uses it: a bounded pool, named queries, forward-only migrations."""

from shared.database.migrations import SHARED_MIGRATIONS, SchemaAhead, SchemaBehind, SchemaChanged, SchemaUnfit, check_schema, migrate
from shared.database.pool import Connection, Pool, open_pool
from shared.database.queries import Queries, load_queries

__all__ = [
    "SHARED_MIGRATIONS", "Connection", "Pool", "Queries", "SchemaAhead", "SchemaBehind", "SchemaChanged", "SchemaUnfit", "check_schema",
    "load_queries", "migrate", "open_pool",
]  # fmt: skip
