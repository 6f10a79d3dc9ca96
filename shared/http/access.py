"""Who may do what: keys kept from the registry, a guard on every route. What services use of it stands here."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.http.guard import Caller, Guard, Role, digest_of, new_key, require
from shared.http.keys import HeardOfAccess, KeptKeys, access_consumer
from shared.http.requests import StrictRoute, guard_of

__all__ = [
    "OPEN_PATHS", "Caller", "Guard", "HeardOfAccess", "KeptKeys", "Role", "RouteUnguarded", "access_consumer", "assert_every_route_guarded",
    "digest_of", "new_key", "require",
]  # fmt: skip

OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/metrics", "/openapi.json"})


class RouteUnguarded(Exception):
    """A route that anybody could call; says which and what to do."""


def assert_every_route_guarded(app: FastAPI) -> None:
    """Raise RouteUnguarded where a route neither declares who may call it nor is one of the open ones."""
    unguarded = list(_unguarded(app))
    if unguarded:
        raise RouteUnguarded(
            f"{', '.join(unguarded)}: make the router with shared.http.requests.router() and give each route Depends(require(…))"
        )


def _unguarded(app: FastAPI) -> Iterator[str]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if context.path in OPEN_PATHS:
            continue
        # Only a StrictRoute asks its guard before it reads the body.
        guarded = isinstance(route, StrictRoute) and guard_of(route.dependant) is not None
        if not guarded:
            methods = ",".join(sorted(route.methods or ())) if isinstance(route, APIRoute) else type(route).__name__
            yield f"{methods} {context.path}"
