"""The service's HTTP side beside the offline commands, to compare the two."""

from tests.services.scoring.api.conftest import client

__all__ = ["client"]
