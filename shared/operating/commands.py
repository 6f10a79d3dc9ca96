"""The operator's commands, hung into every service's command line. What they print can be read by people, or with --json by programs."""

import typer

from shared.operating.consumer_commands import consumer_commands
from shared.operating.letter_commands import letter_commands
from shared.operating.operated import Run


def mount(commands: typer.Typer, run: Run) -> None:
    """Add `dead-letters` and `consumers`."""
    commands.add_typer(letter_commands(run), name="dead-letters")
    commands.add_typer(consumer_commands(run), name="consumers")
