"""A bundle is many reports in one body, each an event in structured mode of which only `id` and `data` are required.

Promise: the bytes of each item are cut out as they were sent, so one that can not be read is kept and hurts none of the others.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from services.reporting.contract.letters import STRUCTURED, Letter
from shared.http.body import BOM, LIMITS
from shared.http.problems import Problem

ITEMS_MAX = 5_000
LINES = "application/x-ndjson"
ARRAYS = ("application/json", "application/cloudevents-batch+json")
ALLOWED_TYPES = ", ".join((*ARRAYS, LINES))
SPACE = " \t\r\n"
_DECODER = json.JSONDecoder(parse_float=len, parse_int=len)  # only where an item ends is of interest


def letters_in(raw: bytes, media_type: str, about: Letter) -> list[Letter]:
    """Cut a bundle into letters, in order; raises the problem of a bundle that is none. `about` is what they have in common."""
    if media_type not in (*ARRAYS, LINES):
        raise Problem("content-type-unsupported", content_type=media_type or "(none)", allowed=ALLOWED_TYPES)
    items = list(_bounded(_lines(raw) if media_type == LINES else _elements(_text(raw))))
    if not items:
        raise Problem("body-missing")
    headers = (("content-type", STRUCTURED.encode()), *about.headers)
    return [replace(about, headers=headers, body=item) for item in items]


def _bounded(items: Iterator[bytes]) -> Iterator[bytes]:
    for number, item in enumerate(items):
        if number == ITEMS_MAX:
            raise Problem("list-too-long", field="bundle", limit=ITEMS_MAX)
        yield item


def _lines(raw: bytes) -> Iterator[bytes]:
    """Each line that is not blank is an item."""
    return (line for line in raw.removeprefix(BOM.encode()).split(b"\n") if line.strip())


def _text(raw: bytes) -> str:
    try:
        return raw.decode().removeprefix(BOM).strip(SPACE)
    except UnicodeDecodeError as error:
        raise Problem("body-not-utf8", position=error.start + 1) from error


def _elements(text: str) -> Iterator[bytes]:
    """The elements of an array, each as it stands in the text."""
    place = _expect(text, 0, "[")
    while not text.startswith("]", place):
        end = _end_of_item(text, place)
        yield text[place:end].encode()
        place = _past_space(text, end)
        if text.startswith("]", place):
            break
        place = _expect(text, place, ",")
        if text.startswith("]", place):
            raise _broken(text, place)
    if text[place + 1 :]:
        raise _broken(text, place + 1)


def _end_of_item(text: str, place: int) -> int:
    try:
        return _DECODER.raw_decode(text, place)[1]
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos) from error
    except RecursionError as error:
        raise Problem("body-too-deep", limit=LIMITS.depth_max) from error


def _expect(text: str, place: int, mark: str) -> int:
    if not text.startswith(mark, place):
        raise _broken(text, place)
    return _past_space(text, place + 1)


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in SPACE:
        place += 1
    return place


def _broken(text: str, place: int) -> Problem:
    line = text.count("\n", 0, place) + 1
    return Problem("body-not-json", line=line, column=place - text.rfind("\n", 0, place))
