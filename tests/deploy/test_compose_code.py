"""Each command, port, variable and role in docker-compose.yml is one that the code knows."""

import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.local.kafka import PROPERTIES
from shared.settings import load_settings
from tests.deploy.compose import CHECKOUT, SERVICES, Container, containers
from tests.docs.services import commands, settings_class

COMMAND_SECONDS_MAX = 60
OURS = sorted(name for name, container in containers().items() if "build" in container.raw)
PORTS = {"reporting": 8101, "scoring": 8102, "notifications": 8103}
# Read by the image's start script and by the JVM's, not by Kafka.
NOT_KAFKA = {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}


def service_of(container: Container) -> str:
    """The service that a container runs, or prepares; empty for another command."""
    return container.command[2].removeprefix("services.") if container.command[2].startswith("services.") else ""


def of_services() -> list[str]:
    """Names of the containers that run a command of a service."""
    return [name for name in OURS if service_of(containers()[name])]


@pytest.mark.parametrize("name", of_services())
def test_every_command_is_one_that_its_service_knows(name: str) -> None:
    command = containers()[name].command
    assert command[:2] == ("python", "-m")
    assert " ".join(command[3:]) in commands(service_of(containers()[name]))


def test_the_topics_are_made_by_a_program_that_takes_these_arguments() -> None:
    command = [sys.executable, *containers()["topics"].command[1:], "--help"]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", of_services())
def test_every_variable_is_a_setting_of_the_service_and_its_value_is_allowed(name: str) -> None:
    container = containers()[name]
    cls = settings_class(service_of(container))
    prefix = f"{service_of(container)}_".upper()
    assert {variable.removeprefix(prefix).lower() for variable in container.environment} <= set(cls.model_fields)
    load_settings(cls, container.environment)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_listens_where_it_is_published_scraped_and_expected(service: str) -> None:
    container, port = containers()[service], PORTS[service]
    scraped = yaml.safe_load((CHECKOUT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    targets = [target for group in scraped["scrape_configs"][0]["static_configs"] for target in group["targets"]]
    assert container.environment[f"{service.upper()}_HTTP_PORT"] == str(port)
    assert container.environment[f"{service.upper()}_HTTP_HOST"] == "0.0.0.0"  # noqa: S104 (inside the container only; the port is published on the loopback interface)
    assert container.ports == (f"127.0.0.1:{port}:{port}",)
    assert f"{service}:{port}" in targets
    known = settings_class(service).model_fields["http_port"]
    assert known.is_required() or known.default == port


@pytest.mark.parametrize("name", of_services())
def test_every_service_enters_the_database_in_its_own_role(name: str) -> None:
    container = containers()[name]
    service = service_of(container)
    url = urlsplit(container.environment[f"{service.upper()}_DATABASE_URL"])
    assert (url.username, url.hostname, url.path) == (f"thidua_{service}", "postgres", "/thidua")
    assert f"thidua_{service}" in (CHECKOUT / "deploy/postgres/roles.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("service", SERVICES)
def test_only_a_migration_gets_the_owner_s_role(service: str) -> None:
    assert not any("thidua_owner" in value for value in containers()[service].environment.values())
    assert "thidua_owner" in containers()[f"{service}-schema"].environment[f"{service.upper()}_MIGRATION_URL"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_its_schema_and_the_topics(service: str) -> None:
    awaited = containers()[service].raw["depends_on"]
    assert {name: how["condition"] for name, how in awaited.items()} == {
        f"{service}-schema": "service_completed_successfully",
        "topics": "service_completed_successfully",
    }


def test_the_roles_script_gets_every_password_that_it_asks_for() -> None:
    roles = containers()["roles"]
    script = (CHECKOUT / "deploy/postgres/roles.sql").read_text(encoding="utf-8")
    given = dict(re.findall(r"\\getenv (\w+) (\w+)", "\n".join(roles.command)))
    assert set(given) == set(re.findall(r":'(\w+)'", script))
    assert set(given.values()) <= set(roles.environment)


def test_the_broker_is_told_only_what_the_embedded_broker_is_told_too() -> None:
    environment = set(containers()["kafka"].environment) - NOT_KAFKA
    told = {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in environment}
    known = {line.partition("=")[0] for line in PROPERTIES.splitlines()}
    assert told <= known
