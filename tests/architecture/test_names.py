"""Names are words of the domain; a test's name is a sentence about behaviour."""

import ast
import re

import pytest

from tests.architecture.sources import CHECKOUT, SERVICES, Module, files, functions, module
from tests.architecture.verdict import all_of, holds

# Names that say nothing of what is inside, and so end up holding everything.
EMPTY_WORDS = frozenset({"base", "bases", "helper", "helpers", "manager", "managers", "util", "utils", "utility", "utilities"})
SENTENCE_WORDS_MIN = 3

# Every service has exactly these; knowing one is knowing all. A module may be a package of the same name.
MODULES = frozenset({"__init__", "__main__", "api", "app", "contract", "domain", "handlers", "metrics", "settings", "store", "workers"})
REST = ("README.md", "sql/queries.sql", "sql/migrations")
# service/module → what it is and why the other services have none.
MORE_MODULES: dict[str, str] = {
    "reporting/acts": "what HTTP, Kafka, the command line and the clock all do to reports and periods: one function for every way in",
    "scoring/acts": "clusters at hand and what award rules make of them: the workers write it down, HTTP tells it",
    "scoring/offline": "compute, verify and check: the same scoring on files, without a database or a broker",
}


def words(name: str) -> list[str]:
    """Split a name into its words: `OutboxRelay` and `outbox_relay` are outbox, relay."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def empty_names(of: Module) -> dict[str, str]:
    """Modules, folders, classes and functions whose name says nothing."""
    names = {part: part for part in of.parts}
    names |= {f"{of.path}::{node.name}": node.name for node in ast.walk(of.tree) if isinstance(node, ast.ClassDef)}
    names |= {name: node.name for name, node in functions(of)}
    named = {place: EMPTY_WORDS.intersection(words(name)) for place, name in names.items()}
    return {place: f"{of.path}: {place} is named {'/'.join(found)}; say what it does" for place, found in named.items() if found}


def short_test_names(of: Module) -> dict[str, str]:
    """Tests whose name is no sentence."""
    tests = {name: node.name for name, node in functions(of) if node.name.startswith("test_")}
    short = {place: name for place, name in tests.items() if len(words(name)) - 1 < SENTENCE_WORDS_MIN}
    return {place: f"{place}: a test's name is a sentence of {SENTENCE_WORDS_MIN} words or more" for place in short}


def odd_layout(service: str, paths: set[str]) -> dict[str, str]:
    """Files that a service lacks or has beyond the common ones; the paths are below its folder."""
    own = {path.partition("/")[0].removesuffix(".py") for path in paths if path.endswith(".py")}
    found = {f"{service}/{name}": f"services/{service} lacks {name}.py" for name in MODULES - own}
    found |= {f"{service}/{name}": f"services/{service} has {name}, which the others have not" for name in own - MODULES}
    lacking = [name for name in REST if not any(path == name or path.startswith(f"{name}/") for path in paths)]
    return found | {f"{service}/{name}": f"services/{service} lacks {name}" for name in lacking}


def test_no_name_is_empty_of_meaning() -> None:
    holds(all_of(empty_names))


def test_every_test_is_named_as_a_sentence() -> None:
    holds(all_of(short_test_names, "tests"))


def test_every_service_has_the_same_files() -> None:
    found: dict[str, str] = {}
    for service in SERVICES:
        folder = CHECKOUT / "services" / service
        found |= odd_layout(service, {str(path.relative_to(folder)) for path in files() if path.is_relative_to(folder)})
    holds(found, MORE_MODULES)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shared/utils.py", ""),
        ("shared/helpers/clock.py", ""),
        ("shared/a.py", "class ConnectionManager: ..."),
        ("shared/a.py", "class BaseConsumer: ..."),
        ("shared/a.py", "def date_util(): ..."),
    ],
)
def test_the_guard_sees_an_empty_name(path: str, text: str) -> None:
    assert empty_names(module(path, text))


def test_the_guard_lets_words_that_only_contain_one_pass() -> None:
    assert empty_names(module("shared/database/pool.py", "class Database: ...\ndef based_on(): ...")) == {}


@pytest.mark.parametrize(("name", "good"), [("test_relay", False), ("test_it_works", False), ("test_a_report_counts_once", True)])
def test_the_guard_sees_a_test_name_that_is_no_sentence(name: str, good: bool) -> None:
    assert (short_test_names(module("tests/a.py", f"def {name}(): ...")) == {}) is good


def test_the_guard_sees_a_missing_and_an_additional_file() -> None:
    whole = {f"{name}.py" for name in MODULES - {"domain"}} | {
        "domain/__init__.py",
        "README.md",
        "sql/queries.sql",
        "sql/migrations/0001_x.sql",
    }
    assert odd_layout("scoring", whole) == {}
    assert list(odd_layout("scoring", whole - {"store.py"})) == ["scoring/store"]
    assert list(odd_layout("scoring", whole - {"README.md"})) == ["scoring/README.md"]
    assert list(odd_layout("scoring", whole | {"cache.py"})) == ["scoring/cache"]
    assert odd_layout("scoring", (whole - {"api.py"}) | {"api/__init__.py", "api/scores.py"}) == {}
