"""The files of the checkout that are ours, read once; what is made or downloaded (.gitignore) is left out."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CODE = ("services", "shared", "deploy", "tests")
SERVICES = ("reporting", "scoring", "notifications")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file, by its path in the checkout."""

    path: str
    text: str
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders and file name without its ending."""
        return Path(self.path).with_suffix("").parts


def module(path: str, text: str) -> Module:
    """Read a module from text; the guards are tried on such ones."""
    return Module(path=path, text=text, tree=ast.parse(text))


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the checkout, in order of its path."""
    return tuple(sorted(_walk()))


def _walk() -> Iterator[Path]:
    ignored = {line.strip("/ ") for line in (CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines()} | {".git"}
    for folder, folders, names in os.walk(CHECKOUT):
        folders[:] = [name for name in folders if name not in ignored]
        yield from (Path(folder, name) for name in names if not name.endswith(".pyc"))


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Path and text of every file that is text; one with a NUL byte is not."""
    found = []
    for path in files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found.append((str(path.relative_to(CHECKOUT)), raw.decode()))
    return tuple(found)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python module below the folders; all of ours where none is named."""
    wanted = tuple(f"{folder}/" for folder in folders or CODE)
    return tuple(module(path, text) for path, text in texts() if path.endswith(".py") and path.startswith(wanted))


def functions(of: Module) -> Iterator[tuple[str, Function]]:
    """Every function with its name as a reader would write it: `path::Class.method`."""
    yield from _functions(of.tree, f"{of.path}::")


def _functions(node: ast.AST, above: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        name = above + child.name if isinstance(child, Function | ast.ClassDef) else ""
        if isinstance(child, Function):
            yield name, child
        yield from _functions(child, f"{name}." if name else above)
