"""Run several commands of one service in one process: each does what `python -m services.<name> …` does, loading the code takes longest.

Reads a JSON list of argument lists, writes a JSON list of what each printed; ends with the exit code of the first that fails.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from importlib import import_module


def output_of(service: str, arguments: list[str]) -> str:
    """Run one command and give what it printed; raise SystemExit when it fails."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            import_module(f"services.{service}.__main__").main(arguments)
    except SystemExit as ended:
        if ended.code:
            raise
    return printed.getvalue()


if __name__ == "__main__":
    outputs = [output_of(sys.argv[1], arguments) for arguments in json.load(sys.stdin)]
    json.dump(outputs, sys.stdout)
