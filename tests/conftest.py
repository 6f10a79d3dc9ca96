"""What every test may ask for: a real broker, a real database, and a closing count of what was skipped.

Promise: the servers start when the first test asks for them, once for the whole run, and are gone afterwards, whatever happens.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.database import Database, create, drop, make_database
from deploy.local.kafka import embedded_kafka
from deploy.local.postgres import PostgresAddress, embedded_postgres
from deploy.local.processes import RunFolder

TEMPLATE = "thidua_template"

# How quick a machine is says nothing of a property; a test that hangs still meets its own time limit.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def run_folder() -> Iterator[RunFolder]:
    """The folder of all processes that this run starts."""
    with RunFolder(f"tests-{os.getpid()}") as run:
        yield run


@pytest.fixture(scope="session")
def kafka_bootstrap(run_folder: RunFolder) -> Iterator[str]:
    """The address of an embedded broker; topics are made by who needs them, under names of their own."""
    with embedded_kafka(run_folder) as address:
        yield address.bootstrap


@pytest.fixture(scope="session")
def postgres_address(run_folder: RunFolder) -> Iterator[PostgresAddress]:
    """An embedded database server that does not wait for the disk."""
    with embedded_postgres(run_folder, durable=False) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_admin_url(postgres_address: PostgresAddress) -> str:
    """The superuser's address on the embedded database server."""
    return postgres_address.admin_url


@pytest.fixture(scope="session")
def template_database(postgres_address: PostgresAddress) -> Database:
    """A database with the product's roles and schemas, of which tests get copies."""
    return make_database(postgres_address, name=TEMPLATE)


@pytest.fixture
def service_database(template_database: Database) -> Iterator[Database]:
    """A fresh database with empty schemas: `.owner_url` for migrations, `.url("scoring")` for a service's own role."""
    copy = replace(template_database, name=fresh_name())
    create(copy.address, copy.name, template=TEMPLATE)
    yield copy
    drop(copy.address, copy.name)


@pytest.fixture
def database_url(postgres_address: PostgresAddress) -> Iterator[str]:
    """The superuser's address of a fresh, empty database."""
    name = fresh_name()
    create(postgres_address, name)
    yield replace(postgres_address, database=name).admin_url
    drop(postgres_address, name)


def fresh_name() -> str:
    """Draw a name that no other database has."""
    return f"test_{secrets.token_hex(6)}"


def skip_reasons(reports: Iterable[object]) -> Counter[str]:
    """Count skipped tests by reason."""
    longreprs = (getattr(report, "longrepr", None) for report in reports)
    return Counter(str(place[2]).removeprefix("Skipped: ") if isinstance(place, tuple) else str(place) for place in longreprs)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with how many tests were skipped, and why."""
    reasons = skip_reasons(terminalreporter.stats.get("skipped", []))
    terminalreporter.section(f"{sum(reasons.values())} skipped")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} × {reason}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail on any skip where the machine was made to have everything."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("THIDUA_FAIL_ON_SKIP") == "1" and reporter and reporter.stats.get("skipped") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
