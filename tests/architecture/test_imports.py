"""The contracts of `.importlinter` hold, and each of them goes red when it is broken; a domain is pure."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import CHECKOUT, SERVICES, Module, module, modules
from tests.architecture.verdict import holds

LINT_SECONDS_MAX = 120

# The standard library's ways out of a pure function: the clock, the machine, the network, chance.
IMPURE = frozenset(
    (
        *("asyncio", "concurrent", "ctypes", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "pickle", "random"),
        *(
            "secrets",
            "select",
            "shutil",
            "signal",
            "socket",
            "sqlite3",
            "ssl",
            "subprocess",
            "sys",
            "tempfile",
            "threading",
            "time",
        ),
    )
)
SHARED = (
    "clock",
    "database",
    "events",
    "foundation",
    "http",
    "logging",
    "messaging",
    "operating",
    "plan",
    "readiness",
    "service",
    "serving",
    "settings",
    "tracing",
)
IN_SERVICE = ("__init__", "__main__", "app", "workers", "api", "handlers", "store", "contract", "settings", "domain/__init__")
# The plan as a document: text in, values out; YAML is read nowhere else.
READS_YAML = ("document", "yaml_tree")
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "now", "utcnow", "today", "uuid1", "uuid4", "getenv"})

BROKEN = (
    ("services never import", "services/scoring/store.py", "import services.reporting.store"),
    ("shared library knows no service", "shared/clock.py", "import services.scoring.domain"),
    ("does not know how it is deployed", "services/scoring/app.py", "import deploy"),
    ("main over app over workers", "services/scoring/domain/__init__.py", "import services.scoring.store"),
    ("main over app over workers", "services/scoring/contract.py", "import services.scoring.store"),
    ("main over app over workers", "services/reporting/handlers.py", "import services.reporting.api"),
    ("main over app over workers", "services/notifications/store.py", "import services.notifications.workers"),
    ("domain knows of the shared library only", "services/scoring/domain/__init__.py", "import shared.messaging"),
    ("plan stands on nothing", "shared/plan.py", "import shared.events"),
    ("read settings", "services/scoring/handlers.py", "import services.scoring.settings"),
    ("build what a service stands on", "services/scoring/workers.py", "import shared.service"),
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on the tree that lies in a folder."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=LINT_SECONDS_MAX, check=False
    )


@pytest.fixture
def empty_tree(tmp_path: Path) -> Path:
    """A tree with all the modules that the contracts name, and no import in it."""
    shutil.copy(CHECKOUT / ".importlinter", tmp_path)
    names = ["services/__init__", "shared/__init__", "deploy/__init__", *(f"shared/{name}" for name in SHARED)]
    names += [f"services/{service}/{name}" for service in SERVICES for name in IN_SERVICE]
    for name in names:
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def impurities(of: Module, allowed: tuple[str, ...]) -> dict[str, str]:
    """What keeps a module from being a pure function of its arguments."""
    nodes = list(ast.walk(of.tree))
    imported = {name for node in nodes for name in _imported(node) if not _may_import(name, allowed)}
    called = IMPURE_CALLS.intersection(_called(node.func) for node in nodes if isinstance(node, ast.Call))
    found = {f"{of.path}: {name}": f"{of.path} imports {name}" for name in sorted(imported)}
    return found | {f"{of.path}: {name}()": f"{of.path} calls {name}()" for name in sorted(called)}


def _may_import(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a pure module may import it: its own package and the standard library without the ways out."""
    if any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed):
        return True
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names and top not in IMPURE and name != "urllib.request"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."]
    return []


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def inner_imports(of: Module, package: str) -> dict[str, str]:
    """Imports that reach past the front of a package."""
    reached = [name for node in ast.walk(of.tree) for name in _imported(node) if name.startswith(f"{package}.")]
    return {f"{of.path}: {name}": f"{of.path} reaches into {name}; {package} exports what services may use" for name in reached}


def pools_opened(of: Module) -> dict[str, str]:
    """Calls that open connections, outside the composition root."""
    called = {_called(node.func) for node in ast.walk(of.tree) if isinstance(node, ast.Call)}
    opened = called & {"open_pool", "create_pool", "connect", "AIOKafkaProducer", "AIOKafkaConsumer", "KafkaBroker"}
    return {f"{of.path}: {name}": f"{of.path} calls {name}; only app.py and __main__.py build pools and brokers" for name in opened}


def test_the_import_contracts_hold() -> None:
    result = lint(CHECKOUT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contracts_hold_on_an_empty_tree(empty_tree: Path) -> None:
    result = lint(empty_tree)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "path", "text"), BROKEN)
def test_each_contract_goes_red_on_an_import_against_it(empty_tree: Path, contract: str, path: str, text: str) -> None:
    (empty_tree / path).write_text(f"{text}\n", encoding="utf-8")
    result = lint(empty_tree)
    assert result.returncode == 1, result.stdout + result.stderr
    assert contract in result.stdout.partition("Broken contracts")[2], result.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_domain_is_pure(service: str) -> None:
    folder = f"services/{service}/domain"
    allowed = ("shared.plan", folder.replace("/", "."))
    holds({place: sentence for of in modules(folder) for place, sentence in impurities(of, allowed).items()})


def test_the_plan_is_pure_but_for_the_reading_of_yaml() -> None:
    pure = [of for of in modules("shared/plan") if of.parts[-1] not in READS_YAML]
    holds({place: sentence for of in pure for place, sentence in impurities(of, ("shared.plan",)).items()})


def test_services_use_the_runtime_only_through_its_front() -> None:
    holds({place: sentence for of in modules("services") for place, sentence in inner_imports(of, "shared.messaging").items()})


def test_only_the_composition_root_opens_connections() -> None:
    others = [of for of in modules("services") if of.parts[-1] not in ("app", "__main__")]
    holds({place: sentence for of in others for place, sentence in pools_opened(of).items()})


@pytest.mark.parametrize(
    "text",
    [
        "import pydantic",
        "import os",
        "from datetime import datetime\nA = datetime.now()",
        "from shared import clock",
        "from . import store",
    ],
)
def test_the_guard_sees_a_domain_that_is_not_pure(text: str) -> None:
    assert impurities(module("services/scoring/domain/a.py", text), ("shared.plan", "services.scoring.domain"))


def test_the_guard_lets_a_pure_domain_pass() -> None:
    text = "from decimal import Decimal\nfrom shared.plan import Plan\nfrom services.scoring.domain.score import Score\n"
    assert impurities(module("services/scoring/domain/a.py", text), ("shared.plan", "services.scoring.domain")) == {}


def test_the_guard_sees_an_import_past_the_front_and_a_pool_of_ones_own() -> None:
    assert inner_imports(module("services/a/store.py", "from shared.messaging.outbox import Relay"), "shared.messaging")
    assert inner_imports(module("services/a/store.py", "from shared.messaging import Lock"), "shared.messaging") == {}
    assert pools_opened(module("services/a/store.py", "pool = open_pool(url)"))
