"""Every route of the service serves the roles that it declares, and nobody else."""

from uuid import UUID

import httpx
import pytest

from services.notifications.contract import CONSUMES
from shared.events.registry import Role
from shared.foundation import Service
from shared.http.access import assert_every_route_guarded
from tests.services.notifications.stage import PHU_LY, Stage

ANYONE = frozenset(Role)
OWNERS = frozenset({Role.OBSERVER, Role.SOURCE, Role.OPERATOR})
KEEPERS = frozenset({Role.OPERATOR, Role.STANDING_BODY})
OPERATORS = frozenset({Role.OPERATOR})
NUMBER = 4711
ID = UUID("9f67e5c2-5af8-48d7-95f9-6406393db1b9")
ROUTES = (
    ("GET", "/v1/events", ANYONE),
    ("POST", "/v1/subscriptions", OWNERS),
    ("GET", "/v1/subscriptions", OWNERS),
    ("GET", f"/v1/subscriptions/{ID}", OWNERS),
    ("DELETE", f"/v1/subscriptions/{ID}", OWNERS),
    ("GET", f"/v1/subscriptions/{ID}/deliveries", OWNERS),
    ("PUT", f"/v1/contacts/{PHU_LY}", KEEPERS),
    ("GET", f"/v1/contacts/{PHU_LY}", KEEPERS),
    ("GET", "/v1/notices", KEEPERS | {Role.OBSERVER}),
    ("GET", "/v1/dead-letters", OPERATORS),
    ("GET", f"/v1/dead-letters/{NUMBER}", OPERATORS),
    ("POST", f"/v1/dead-letters/{NUMBER}/replay", OPERATORS),
    ("POST", f"/v1/dead-letters/{NUMBER}/drop", OPERATORS),
    ("GET", "/v1/consumers", OPERATORS),
    ("POST", f"/v1/consumers/{CONSUMES.name}/resume", OPERATORS),
)


def test_every_route_is_guarded(service: Service) -> None:
    assert_every_route_guarded(service.foundation.http)


def test_every_route_is_walked_here(service: Service) -> None:
    paths = {path for path in service.foundation.http.openapi()["paths"] if path.startswith("/v1/")}
    parameters = {str(ID): "{subscription}", PHU_LY: "{agency}", str(NUMBER): "{number}", CONSUMES.name: "{name}"}
    templates = {"/".join(parameters.get(part, part) for part in path.split("/")) for _, path, _ in ROUTES}
    assert templates == paths


@pytest.mark.parametrize(("method", "path", "roles"), ROUTES)
async def test_a_route_serves_its_roles_and_nobody_else(
    stage: Stage, client: httpx.AsyncClient, method: str, path: str, roles: frozenset[Role]
) -> None:
    assert (await client.request(method, path)).status_code == 401
    for role in Role:
        key = await stage.give_key(f"{role}-1", role, source="s" if role is Role.SOURCE else None)
        answer = await client.request(method, path, headers=key)
        assert (answer.status_code == 403) == (role not in roles), (role, answer.text)
