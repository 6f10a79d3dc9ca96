"""One line of JSON for each event, with a stable action; whatever a value holds, it can not break its line."""

from typing import Any

import structlog

from shared.settings import LogLevel


def configure_logging(service: str, level: LogLevel = LogLevel.INFO) -> None:
    """Send all logs of the process, ours and the libraries', to standard output as JSON lines."""
    raise NotImplementedError


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """`log.info("report-accepted", receipt=…)`: the first argument is the action, kebab-case and stable."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
