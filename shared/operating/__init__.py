"""An operator's way in, the same for every service: dead letters and consumers, over HTTP and as commands, by one set of functions."""

from shared.operating.commands import mount
from shared.operating.operated import Operated
from shared.operating.outcomes import CommandFailed
from shared.operating.routes import routes

__all__ = ["CommandFailed", "Operated", "mount", "routes"]
