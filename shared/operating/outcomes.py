"""What an operator's command ends with, so that scripts can trust it. 1 to 4 stand in `shared/service.py`."""

from enum import IntEnum


class Ending(IntEnum):
    """Exit codes of commands that deal with many things at once."""

    DONE = 0
    SOME_NOT_DONE = 5
    MORE_ARE_LEFT = 6


class CommandFailed(Exception):
    """A command can not do what it was asked; the message is the sentence that is shown."""
