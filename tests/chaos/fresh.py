"""A database of one's own on the embedded server, for tests that make several."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from deploy.local.database import create, drop
from deploy.local.postgres import PostgresAddress


@contextmanager
def fresh_database(address: PostgresAddress) -> Iterator[str]:
    """Make an empty database, give the superuser's address of it, and drop it."""
    name = f"chaos_{secrets.token_hex(6)}"
    create(address, name)
    try:
        yield replace(address, database=name).admin_url
    finally:
        drop(address, name)
