"""W3C trace context: every request and record belongs to a trace, and what it causes carries the trace on."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def valid_traceparent(text: str | None) -> bool:
    """Tell whether the text is a traceparent of version 00 with ids that are not all zero."""
    return text is not None and _TRACEPARENT.fullmatch(text) is not None


def new_traceparent(parent: str | None = None) -> str:
    """Begin a span: in the parent's trace where the parent is valid, otherwise in a new trace."""
    trace = trace_id_of(parent) if parent is not None and valid_traceparent(parent) else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def current_traceparent() -> str:
    """Return the traceparent of what is being done now; begins a trace where there is none."""
    traceparent = _current.get()
    if traceparent is None:
        traceparent = new_traceparent()
        _current.set(traceparent)
    return traceparent


def current_trace_id() -> str | None:
    """Return the id of the trace at hand, if there is one."""
    traceparent = _current.get()
    return None if traceparent is None else trace_id_of(traceparent)


def trace_id_of(traceparent: str) -> str:
    """Return the 32 hexadecimal digits that name the trace."""
    return traceparent.split("-")[1]


@contextmanager
def traced(parent: str | None) -> Iterator[str]:
    """Do what follows in a span of the parent's trace, or of a new one where the parent is missing or not valid."""
    token = _current.set(new_traceparent(parent))
    try:
        yield current_traceparent()
    finally:
        _current.reset(token)
