"""One line of JSON for each event, with a stable action; whatever a value holds, it can not break its line."""

import json
import logging as standard
import re
import sys
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from shared.settings import LogLevel
from shared.tracing import current_trace_id

TEXT_LENGTH_MAX = 8_000
DEPTH_MAX = 4
# JSON escapes what is below a space; these too end a line, move the cursor or turn text round in some viewer.
_LINE_BREAKING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Libraries log sentences; the action says whose they are. Below the level they are not heard.
LIBRARIES = MappingProxyType(
    {
        "uvicorn": ("http-server-said", standard.WARNING),
        "aiokafka": ("kafka-client-said", standard.ERROR),
        "faststream": ("messaging-said", standard.WARNING),
        "asyncio": ("event-loop-said", standard.WARNING),
        "asyncpg": ("database-client-said", standard.WARNING),
    }
)

Event = MutableMapping[str, Any]


def configure_logging(service: str, level: LogLevel = LogLevel.INFO, stream: TextIO | None = None) -> None:
    """Send all logs of the process, ours and the libraries', to the stream (standard output) as JSON lines."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Told(service),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _name_action],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("action"),
            _line,
        ],
    )
    handler = standard.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    root = standard.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    standard.captureWarnings(capture=True)
    _quieten_libraries()


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """`log.info("report-accepted", receipt=…)`: the first argument is the action, kebab-case and stable."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def _quieten_libraries() -> None:
    for name, (_, level) in LIBRARIES.items():
        library = standard.getLogger(name)
        library.handlers, library.propagate = [], True
        library.setLevel(level)


class _Told:
    """Adds which service speaks and in which trace."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        event["service"] = self._service
        trace_id = current_trace_id()
        if trace_id is not None:
            event.setdefault("trace_id", trace_id)
        return event


def _name_action(_logger: object, _method: str, event: Event) -> Event:
    """Give a library's sentence an action, so that every line has one."""
    library = str(event.get("logger", "")).partition(".")[0]
    action, _ = LIBRARIES.get(library, ("library-said", 0))
    event["sentence"] = event["event"]
    event["event"] = action
    return event


def _line(_logger: object, _method: str, event: Event) -> str:
    """Write the event as one line, action first."""
    ordered = {"action": event.pop("action", "unnamed"), **event}
    text = json.dumps(_bounded(ordered, DEPTH_MAX), ensure_ascii=False, default=str)
    return _LINE_BREAKING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _bounded(value: object, depth: int) -> object:
    """Keep values small: long text is cut, deep structures are written as text."""
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping() if depth:
            return {str(name): _bounded(inner, depth - 1) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [_bounded(inner, depth - 1) for inner in value]
        case _:
            text = str(value)
            return text if len(text) <= TEXT_LENGTH_MAX else text[:TEXT_LENGTH_MAX] + "…"
