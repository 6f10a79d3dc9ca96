"""Every service can be operated in the same way, over HTTP and by commands, and as a process of its own."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pytest

from shared.events import CATALOGUE
from shared.messaging import Consumer
from shared.operating.stuck import hears
from shared.service import Service
from shared.settings import load_settings
from tests.docs.pages import page, tables
from tests.docs.services import NOWHERE, SERVICES, application, commands, routes, settings_class
from tests.shared.test_service import environment, ran

WAYS = frozenset(
    {
        ("GET", "/v1/dead-letters"),
        ("GET", "/v1/dead-letters/{number}"),
        ("POST", "/v1/dead-letters/{number}/replay"),
        ("POST", "/v1/dead-letters/{number}/drop"),
        ("GET", "/v1/consumers"),
        ("POST", "/v1/consumers/{name}/resume"),
    }
)
COMMANDS = {f"dead-letters {word}" for word in ("list", "show", "replay", "drop")} | {
    f"consumers {word}" for word in ("list", "resume", "stuck", "skip")
}


def consumers_of(service: str) -> Sequence[Consumer[Any]]:
    """What a service is wired to hear by; to be called in a running loop."""
    settings = load_settings(settings_class(service), {f"{service.upper()}_{name}": value for name, value in NOWHERE.items()})
    built = import_module(f"services.{service}.app").build(settings)
    assert isinstance(built, Service)
    return built.consumers


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_operators_routes_for_operators_only(service: str) -> None:
    assert routes(service) >= WAYS
    paths = application(service).openapi()["paths"]
    assert {tuple(paths[path][method.lower()]["x-roles"]) for method, path in WAYS} == {("operator",)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_operators_commands(service: str) -> None:
    assert commands(service) >= COMMANDS


async def test_the_runbook_says_for_every_consumer_and_topic_what_an_open_letter_means() -> None:
    text = page("docs/runbooks/dead-letters.md").partition("<!-- consumers")[2].partition("<!-- end of consumers -->")[0]
    written = {(row[0].strip("`"), row[1].strip("`")) for row in tables(text)[0][1:]}
    consumes = [each.consumes for service in SERVICES for each in consumers_of(service)]
    heard = {(topic.name, each.name) for each in consumes for topic in CATALOGUE if hears(each, topic.named("lgsp"))}
    assert written == heard


def test_a_process_of_its_own_prints_results_only_and_ends_with_a_code_that_can_be_trusted(database_url: str, unused_tcp_port: int) -> None:
    variables = environment(database_url, unused_tcp_port)
    ran(variables, "migrate")
    listed = ran(variables, "dead-letters", "list")
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "", "")
    shown = ran(variables, "dead-letters", "show", "7")
    assert (shown.returncode, shown.stdout, shown.stderr) == (1, "", "there is no dead letter 7\n")
    assert "stage.access" in ran(variables, "consumers", "list").stdout
    stuck = ran(variables, "consumers", "stuck")
    assert stuck.returncode == 1
    assert stuck.stderr.splitlines()[-1].startswith("Kafka at 127.0.0.1:1 can not be asked")
