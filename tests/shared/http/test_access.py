"""No application is served that has a route without a guard; a key reaches what it is for and nothing else."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI

from shared.http.access import Caller, Role, RouteUnguarded, assert_every_route_guarded, require
from shared.http.problems import Problem
from shared.http.requests import router
from tests.shared.http.stage import stage_application


def _open_route(app: FastAPI) -> None:
    app.add_api_route("/v1/open", lambda: None)


def _plain_router(app: FastAPI) -> None:
    routes = APIRouter()
    routes.add_api_route("/v1/plain", lambda: None, dependencies=[])
    app.include_router(routes, prefix="/api")


def _forgotten_guard(app: FastAPI) -> None:
    routes = router("/v1")
    routes.add_api_route("/forgotten", lambda: None, methods=["DELETE"])
    app.include_router(routes)


def _mounted(app: FastAPI) -> None:
    app.mount("/v1/mounted", FastAPI())


@pytest.mark.parametrize(
    ("add", "named"),
    [
        (_open_route, "GET /v1/open"),
        (_plain_router, "GET /api/v1/plain"),
        (_forgotten_guard, "DELETE /v1/forgotten"),
        (_mounted, "Mount /v1/mounted"),
    ],
)
async def test_an_application_with_an_unguarded_route_is_not_served(add: Callable[[FastAPI], None], named: str) -> None:
    app = stage_application()
    assert_every_route_guarded(app)
    add(app)
    with pytest.raises(RouteUnguarded, match=named):
        assert_every_route_guarded(app)


def test_a_route_for_no_role_can_not_be_declared() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        require()
    assert require(Role.SOURCE).roles == {Role.SOURCE}


@pytest.mark.parametrize(("movements", "agencies"), [(frozenset({"other"}), None), (None, frozenset({"other"}))])
def test_a_movement_and_an_agency_of_the_same_name_are_two_things_to_reach(
    movements: frozenset[str] | None, agencies: frozenset[str] | None
) -> None:
    caller = Caller(name="narrow", source=None, roles=frozenset({Role.OBSERVER}), movements=movements, agencies=agencies)
    with pytest.raises(Problem) as refused:
        caller.demand(movement="papi", agency="papi", source="papi")
    assert refused.value.code == "access-out-of-scope"
