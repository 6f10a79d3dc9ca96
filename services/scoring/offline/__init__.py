"""The operator's commands that need no database and no broker: `mount` adds them to the service's own."""

from services.scoring.offline.commands import mount

__all__ = ["mount"]
