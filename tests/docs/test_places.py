"""A page that names a file, or something in it, names what is there: `folder/file.py`, or `folder/file.py:Name`."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.docs.pages import CHECKOUT, code_spans, page, pages

PLACE = re.compile(r"^((?:services|shared|deploy|tests|docs|plans|requirements|\.ci)/[\w./*-]*?)(?::([A-Za-z_]\w*(?:\.\w+)*))?$")
# The flow of one report passes through all of these; a page that leaves one out does not tell it.
FLOW = (
    "services/reporting/api",
    "services/reporting/handlers",
    "shared/messaging/",
    "services/scoring/handlers",
    "services/scoring/workers",
    "services/scoring/domain/",
    "services/notifications/handlers",
    "services/notifications/workers",
)


def places(text: str) -> Iterator[tuple[str, str]]:
    """Files that a page names, each with the name in it, if there is one."""
    for span in code_spans(text):
        match = PLACE.match(span)
        if match is not None:
            yield match[1], match[2] or ""


def defined(source: str) -> set[str]:
    """Names that a module defines, methods as Class.method; what it imports is not its own."""
    return set(_defined(ast.parse(source), ""))


def _defined(node: ast.AST, above: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield above + child.name
            yield from _defined(child, f"{above}{child.name}.")
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            yield from (above + target.id for target in targets if isinstance(target, ast.Name))


def lacking(text: str) -> list[str]:
    """Places that a page names and that are not there."""
    found = []
    for path, name in places(text):
        there = bool(list(CHECKOUT.glob(path.rstrip("/"))))
        if not there or (name and name not in defined((CHECKOUT / path).read_text(encoding="utf-8"))):
            found.append(f"{path}:{name}" if name else path)
    return found


@pytest.mark.parametrize("path", pages())
def test_every_file_and_function_that_a_page_names_exists(path: str) -> None:
    assert lacking(page(path)) == []


@pytest.mark.parametrize("part", FLOW)
def test_the_flow_of_one_report_names_a_function_in_each_part(part: str) -> None:
    assert any(path.startswith(part) and name for path, name in places(page("docs/architecture.md")))


def test_a_place_that_is_not_there_is_seen() -> None:
    text = "`shared/clock.py:SystemClock.now` `shared/clock.py:tick` `shared/nothing.py` `docs/decisions/` `not/ours.py` `make demo`"
    assert lacking(text) == ["shared/clock.py:tick", "shared/nothing.py"]
