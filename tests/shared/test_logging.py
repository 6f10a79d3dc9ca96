"""One JSON line for each event, whatever it holds."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from shared.logging import configure_logging, logger
from shared.settings import LogLevel
from shared.tracing import traced


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Logs go here for one test, and afterwards where they went before."""
    root = logging.getLogger()
    handlers, level, shown = root.handlers, root.level, warnings.showwarning
    written = io.StringIO()
    configure_logging("scoring", LogLevel.INFO, written)
    yield written
    logging.captureWarnings(capture=False)
    warnings.showwarning = shown
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_action_service_level_instant_and_facts(stream: io.StringIO) -> None:
    logger("shared.http").info("report-accepted", receipt="r1", agency="Phủ Lý")
    (line,) = lines(stream)
    assert line["action"] == "report-accepted"
    assert (line["service"], line["level"], line["receipt"], line["agency"]) == ("scoring", "info", "r1", "Phủ Lý")
    assert str(line["timestamp"]).endswith("Z")
    assert "Phủ Lý" in stream.getvalue()


def test_a_line_carries_the_trace(stream: io.StringIO) -> None:
    with traced("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        logger("x").info("done")
    assert lines(stream)[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_nothing_that_a_value_holds_breaks_the_line(stream: io.StringIO) -> None:
    nasty = 'a\nb\r\x00\x1b[31m\x85\u2028\u202e\ud800"}'
    logger("x").info("sent", value=nasty, nested={nasty: [nasty]})
    assert len(stream.getvalue().split("\n")) == 2
    assert not set("\r\x00\x1b\x85\u2028\u202e\ud800") & set(stream.getvalue())
    assert lines(stream)[0]["value"] == nasty


def test_long_text_is_cut_and_deep_structures_end(stream: io.StringIO) -> None:
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    logger("x").info("sent", value="x" * 1_000_000, deep=deep)
    assert len(stream.getvalue()) < 20_000


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    logger("x").debug("looked")
    assert stream.getvalue() == ""


def test_an_exception_is_told_whole_in_its_line(stream: io.StringIO) -> None:
    logger("x").error("worker-failed", exc_info=RuntimeError("out of order"))
    (line,) = lines(stream)
    assert "RuntimeError: out of order" in str(line["exception"])


@pytest.mark.parametrize(
    ("library", "action"), [("uvicorn.error", "http-server-said"), ("aiokafka.consumer", "kafka-client-said"), ("other", "library-said")]
)
def test_libraries_get_an_action_and_keep_their_sentence(stream: io.StringIO, library: str, action: str) -> None:
    logging.getLogger(library).error("lost %s", "a broker")
    (line,) = lines(stream)
    assert (line["action"], line["sentence"], line["service"]) == (action, "lost a broker", "scoring")
