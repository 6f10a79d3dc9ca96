"""Where things lie in a checkout; all that is made or downloaded is below the two ignored folders `.local` and `.venv`."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LOCAL = CHECKOUT / ".local"
RUNS = LOCAL / "run"
LOGS = LOCAL / "log"
