"""SQL has a name, a description and a home in a .sql file; nothing is ever spliced into a statement, and none lies unused."""

import ast
import re
from pathlib import Path

import pytest

from shared.database.queries import Queries, load_queries
from tests.architecture.sources import CHECKOUT, Module, files, functions, module, modules
from tests.architecture.verdict import all_of, holds

STATEMENT = re.compile(
    r"^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\S+\s+AS\s|MERGE\s+INTO\s|COPY\s+\S+\s+(?:FROM|TO)\s"
    r"|(?:CREATE|ALTER|DROP)\s+(?:TABLE|SCHEMA|ROLE|USER|INDEX|UNIQUE|DATABASE|SEQUENCE|EXTENSION|FUNCTION|VIEW)\s|GRANT\s|REVOKE\s"
    r"|TRUNCATE\s|LOCK\s+TABLE\s|(?:UN)?LISTEN(?:\s|$)|NOTIFY\s|SET\s+(?:LOCAL\s+)?\w+\s*(?:=|TO\s)|SET\s+ROLE\s)"
)
NAME_LINE = re.compile(r"^-- name: (\w+)$", re.MULTILINE)

# path::function → why its statement can not stand in a .sql file.
SPLICED: dict[str, str] = {
    "shared/database/migrations.py::_prepare": "a schema's name can be no parameter; identifier() quotes it",
}
UNNAMED: dict[str, str] = SPLICED


def spliced_statements(of: Module) -> dict[str, str]:
    """Statements put together while the program runs: f-strings, format, %, +."""
    found = {}
    for place, node in _places(of):
        if STATEMENT.match(_spliced_text(node)):
            found[place] = f"{place} splices a statement together; name it in queries.sql and pass parameters"
    return found


def unnamed_statements(of: Module) -> dict[str, str]:
    """Statements that stand in Python."""
    found = {}
    for place, node in _places(of):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            found[place] = f"{place} holds a statement; name it in queries.sql"
    return found


def _places(of: Module) -> list[tuple[str, ast.AST]]:
    """Every node under the name of the function that it stands in, or of its module."""
    owner = {id(node): f"{of.path}::<module>" for node in ast.walk(of.tree)}
    for name, function in functions(of):
        owner.update({id(node): name for node in ast.walk(function)})
    docstrings = {id(node.value) for node in ast.walk(of.tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    return [(owner[id(node)], node) for node in ast.walk(of.tree) if id(node) not in docstrings]


def _spliced_text(node: ast.AST) -> str:
    """The text that a spliced string begins with; empty for anything else."""
    if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and isinstance(node.left, ast.Constant):
        return str(node.left.value)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    ):
        return str(node.func.value.value)
    return ""


def unused_statements(queries: Queries, users: tuple[Module, ...]) -> set[str]:
    """Named statements that no module asks for by name."""
    asked = {node.attr for of in users for node in ast.walk(of.tree) if isinstance(node, ast.Attribute)}
    asked |= {str(node.value) for of in users for node in ast.walk(of.tree) if isinstance(node, ast.Constant)}
    return set(queries) - asked


def query_files() -> list[Path]:
    """Every file of named statements."""
    return [path for path in files() if path.suffix == ".sql" and NAME_LINE.search(path.read_text(encoding="utf-8"))]


def test_no_statement_is_spliced_together() -> None:
    holds(all_of(spliced_statements, "services", "shared", "deploy"), SPLICED)


def test_no_statement_stands_in_python() -> None:
    holds(all_of(unnamed_statements, "services", "shared"), UNNAMED)


def test_every_named_statement_is_described_and_used() -> None:
    assert query_files(), "no file of named statements was found"
    found = {}
    for path in query_files():
        folder = path.parent.parent if path.parent.name == "sql" else path.parent
        users = modules(str(folder.relative_to(CHECKOUT)))
        for name in unused_statements(load_queries(path), users):
            found[f"{path.name}: {name}"] = f"{path.relative_to(CHECKOUT)}: nothing asks for {name}"
    holds(found)


@pytest.mark.parametrize(
    "text",
    [
        'def f(a):\n    return f"SELECT {a} FROM b"\n',
        'def f(a):\n    return "DELETE FROM a WHERE b = %s" % a\n',
        'def f(a):\n    return "INSERT INTO " + a\n',
        'def f(a):\n    return "UPDATE {} SET b = 1".format(a)\n',
        'def f(a):\n    return f"NOTIFY {a}"\n',
    ],
)
def test_the_guard_sees_a_spliced_statement(text: str) -> None:
    assert list(spliced_statements(module("shared/a.py", text))) == ["shared/a.py::f"]


def test_the_guard_sees_a_statement_in_python() -> None:
    assert list(unnamed_statements(module("shared/a.py", 'A = "SELECT 1"\n'))) == ["shared/a.py::<module>"]


@pytest.mark.parametrize(
    "text", ['def f(a):\n    return f"select {a} from the list"\n', 'def f(a):\n    """SELECT is a word."""\n    return f"Set {a} free"\n']
)
def test_the_guard_lets_prose_pass(text: str) -> None:
    of = module("shared/a.py", text)
    assert (spliced_statements(of), unnamed_statements(of)) == ({}, {})


def test_the_guard_sees_a_statement_that_nothing_asks_for() -> None:
    queries = Queries({"keep": "…", "drop": "…", "find": "…"})
    users = (module("services/a/store.py", 'queries.keep\nqueries["find"]\n'),)
    assert unused_statements(queries, users) == {"drop"}
