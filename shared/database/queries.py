"""Every SQL statement has a name, a description and one home; a second statement of the same name is refused."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_NAME = re.compile(r"^-- name: ?(.*)$")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


class QueriesInvalid(Exception):
    """The file of queries breaks its own rules; says where."""


class Queries(Mapping[str, str]):
    """The statements of one file by name: `queries.keep_new_events` or `queries["keep_new_events"]`."""

    def __init__(self, statements: Mapping[str, str]) -> None:
        self._statements = dict(statements)

    def __getattr__(self, name: str) -> str:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"no query is named {name}") from None

    def __getitem__(self, name: str) -> str:
        return self._statements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def __len__(self) -> int:
        return len(self._statements)


def load_queries(path: Path) -> Queries:
    """Read a queries.sql: each statement under `-- name: …` and at least one comment line that describes it."""
    statements: dict[str, str] = {}
    name, lines = "", list[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = _NAME.match(line)
        if match is None:
            lines.append(line)
            continue
        _keep(statements, name, lines, path)
        name, lines = match.group(1).strip(), []
        if not _IDENTIFIER.fullmatch(name) or name in statements:
            raise QueriesInvalid(f"{path.name}, line {number}: the name {name!r} is taken or not in lower_snake_case")
    _keep(statements, name, lines, path)
    return Queries(statements)


def _keep(statements: dict[str, str], name: str, lines: list[str], path: Path) -> None:
    """Add the statement that the lines hold; the first of them must describe it."""
    text = "\n".join(lines).strip()
    if not name:
        if text and not all(line.startswith("--") for line in text.splitlines() if line.strip()):
            raise QueriesInvalid(f"{path.name}: a statement stands before the first name")
        return
    if not text.startswith("-- ") or text.splitlines()[-1].startswith("--"):
        raise QueriesInvalid(f"{path.name}: the query {name} needs a description line and a statement")
    statements[name] = f"-- name: {name}\n{text}"
