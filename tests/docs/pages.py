"""Reads the Markdown pages: their text, tables, links and pieces of code."""

import re
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@cache
def page(path: str) -> str:
    """The text of one page."""
    return (CHECKOUT / path).read_text(encoding="utf-8")


@cache
def pages() -> tuple[str, ...]:
    """Every page, by its path in the checkout."""
    found = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"), *CHECKOUT.glob("services/*/README.md")]
    return tuple(sorted(str(path.relative_to(CHECKOUT)) for path in found))


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", text)


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def code_spans(text: str) -> list[str]:
    """What stands between single back quotes."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose(text))


def links(text: str) -> list[str]:
    """Targets of links."""
    return LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """Anchors that a forge gives to the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def tables(text: str) -> list[list[tuple[str, ...]]]:
    """Every table as rows of cells, its head first; the line of dashes is left out."""
    found: list[list[tuple[str, ...]]] = []
    above = ""
    for line in prose(text).splitlines():
        if line.startswith("|") and not above.startswith("|"):
            found.append([])
        if line.startswith("|") and not re.fullmatch(r"[|\-: ]+", line):
            found[-1].append(tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]))
        above = line
    return found
