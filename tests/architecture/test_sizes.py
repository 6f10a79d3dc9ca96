"""Functions, modules and nesting stay small enough to be read at once; an exception is listed with its reason."""

import ast
import io
import tokenize

import pytest

from tests.architecture.sources import Module, functions, module
from tests.architecture.verdict import all_of, holds, judge

FUNCTION_LINES_MAX = 40
DOMAIN_FUNCTION_LINES_MAX = 15
HANDLER_LINES_MAX = 15
MODULE_LINES_MAX = 300
NESTING_MAX = 2

# path::function or path → why it may be larger. An entry that is no longer needed fails a test.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_MODULES: dict[str, str] = {}
DEEP_FUNCTIONS: dict[str, str] = {}

NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)


def longest_allowed(of: Module) -> int:
    """Lines that a function of this module may have."""
    if "domain" in of.parts and of.parts[0] == "services":
        return DOMAIN_FUNCTION_LINES_MAX
    if of.parts[0] == "services" and of.parts[-1] == "handlers":
        return HANDLER_LINES_MAX
    return FUNCTION_LINES_MAX


def code_lines(of: Module) -> set[int]:
    """Lines that hold code. Comments, blank lines and docstrings do not count, so nobody saves on explanation."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(of.text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(of.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return lines


def long_functions(of: Module) -> dict[str, str]:
    """Functions with more lines of code than they may have."""
    lines, allowed, found = code_lines(of), longest_allowed(of), {}
    for name, node in functions(of):
        length = sum(1 for line in lines if node.lineno <= line <= (node.end_lineno or node.lineno))
        if length > allowed:
            found[name] = f"{name} has {length} lines of code, {allowed} are allowed"
    return found


def long_modules(of: Module) -> dict[str, str]:
    """Modules with more lines than they may have; every line counts, for every line is scrolled past."""
    length = len(of.text.splitlines())
    return {of.path: f"{of.path} has {length} lines, {MODULE_LINES_MAX} are allowed"} if length > MODULE_LINES_MAX else {}


def nesting(node: ast.AST) -> int:
    """Deepest stack of if, for, while, try and match. `elif` opens no level; `with` only says how long something is held."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        own = 1 if isinstance(child, BRANCHES) and not _is_elif(node, child) else 0
        deepest = max(deepest, own + nesting(child))
    return deepest


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]


def deep_functions(of: Module) -> dict[str, str]:
    """Functions nested deeper than a reader can hold in mind."""
    found = {}
    for name, node in functions(of):
        depth = nesting(node)
        if depth > NESTING_MAX:
            found[name] = f"{name} is nested {depth} deep, {NESTING_MAX} are allowed"
    return found


def test_no_function_is_longer_than_its_limit() -> None:
    holds(all_of(long_functions), LONG_FUNCTIONS)


def test_no_module_is_longer_than_its_limit() -> None:
    holds(all_of(long_modules), LONG_MODULES)


def test_no_function_is_nested_deeper_than_its_limit() -> None:
    holds(all_of(deep_functions), DEEP_FUNCTIONS)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("shared/clock.py", 40),
        ("services/scoring/store.py", 40),
        ("services/scoring/domain/ranking.py", 15),
        ("services/scoring/handlers.py", 15),
    ],
)
def test_the_guard_sees_a_function_one_line_too_long(path: str, allowed: int) -> None:
    body = "".join(f"    a = {n}\n" for n in range(allowed - 1))
    assert long_functions(module(path, f"def f():\n{body}")) == {}
    assert list(long_functions(module(path, f"def f():\n{body}    b = 1\n"))) == [f"{path}::f"]


def test_the_guard_counts_no_docstring_comment_or_blank_line() -> None:
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    # why\n\n    return (\n        1\n    )\n'
    assert code_lines(module("shared/a.py", text)) == {1, 8, 9, 10}


def test_the_guard_sees_a_method_and_a_function_inside_a_function() -> None:
    of = module("shared/a.py", "class A:\n    def b(self):\n        def c():\n            pass\n")
    assert [name for name, _ in functions(of)] == ["shared/a.py::A.b", "shared/a.py::A.b.c"]


def test_the_guard_sees_a_module_one_line_too_long() -> None:
    assert long_modules(module("shared/a.py", "a = 1\n" * 300)) == {}
    assert list(long_modules(module("shared/a.py", "a = 1\n" * 301))) == ["shared/a.py"]


NESTED = (
    ("return [a for a in b for b in c if a]", 0),
    ("for a in b:\n  if a:\n   pass", 2),
    ("if a:\n  pass\n elif b:\n  pass\n elif c:\n  pass", 1),
    ("if a:\n  pass\n else:\n  if b:\n   c()\n  d()", 2),
    ("async with a:\n  async for b in c:\n   while d:\n    try:\n     e()\n    finally:\n     g()", 3),
    ("if a:\n  def g():\n   if b:\n    pass", 1),
    ("match a:\n  case 1:\n   if b:\n    for c in d:\n     pass", 3),
)


@pytest.mark.parametrize(("body", "depth"), NESTED)
def test_the_guard_measures_how_deep_code_is_nested(body: str, depth: int) -> None:
    _, node = next(functions(module("shared/a.py", f"async def f():\n {body}\n")))
    assert nesting(node) == depth


def test_an_exception_that_is_no_longer_needed_is_named() -> None:
    assert judge({"a": "a is long"}, {}) == ["a is long"]
    assert judge({"a": "a is long"}, {"a": "because"}) == []
    assert judge({}, {"a": "because"}) == ["the exception a is no longer needed"]
