"""The real services on real databases, as their own tests have them: what a naive program gets wrong is tried on the product."""

from tests.services.reporting.conftest import furnished_database, migrated_database, stage
from tests.services.scoring.api.conftest import client
from tests.services.scoring.conftest import desk

__all__ = ["client", "desk", "furnished_database", "migrated_database", "stage"]
