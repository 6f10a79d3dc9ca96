"""Every service can be operated in the same way, over HTTP and by commands, and as a process of its own."""

import pytest

from tests.docs.services import SERVICES, application, commands, routes
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


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_has_the_operators_routes_for_operators_only(service: str) -> None:
    assert routes(service) >= WAYS
    paths = application(service).openapi()["paths"]
    assert {tuple(paths[path][method.lower()]["x-roles"]) for method, path in WAYS} == {("operator",)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_operators_commands(service: str) -> None:
    assert commands(service) >= COMMANDS


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
