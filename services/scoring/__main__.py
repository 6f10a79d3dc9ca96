"""`python -m services.scoring`: serve (default), migrate, and the offline commands compute and check."""

from services.scoring.app import DIRECTORIES, NAME, build
from services.scoring.offline import mount
from services.scoring.settings import ScoringSettings
from shared.service import command_line

commands = command_line(NAME, build, ScoringSettings, DIRECTORIES)
mount(commands)

if __name__ == "__main__":
    commands()
