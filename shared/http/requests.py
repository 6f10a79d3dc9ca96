"""A request is let in before its body is read, its body is bounded while it is read, and JSON is read strictly.

Every router is made by `router()`: its routes ask the guard first, so that nobody without a key can make us parse anything.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.http.body import LIMITS, BodyInvalid, Limits, normalise, read_json
from shared.http.guard import Guard
from shared.http.problems import PROBLEM_RESPONSES, Problem
from shared.settings import BODY_BYTES_DEFAULT

JSON_TYPES = "application/json"
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose body never grows beyond the limit and whose JSON is strict."""

    @property
    def body_bytes_max(self) -> int:
        """The limit of this path, if it has its own, else that of the application."""
        own: dict[str, int] = getattr(self.app.state, "body_bytes_max_of", {})
        return own.get(self.url.path) or int(getattr(self.app.state, "body_bytes_max", BODY_BYTES_DEFAULT))

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Hand over the body as it comes; raises the problem body-too-large before more than the limit is kept."""
        limit, received = self.body_bytes_max, 0
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise Problem("body-too-large", limit=limit)
        async for chunk in super().stream():
            received += len(chunk)
            if received > limit:
                raise Problem("body-too-large", limit=limit)
            yield chunk

    async def json(self) -> Any:
        """Read the body as strict JSON, its text in NFC; raises problems."""
        if not hasattr(self, "_json"):
            self._json = await read_body(self)
        return self._json


async def read_body(request: Request) -> object:
    """Read a JSON body of any media type that is JSON: strict, bounded, in NFC; raises problems with the place of each fault."""
    raw = await request.body()
    if raw:
        _demand_json(request)
    limits = Limits(bytes_max=max(len(raw), LIMITS.bytes_max))
    try:
        return normalise(read_json(raw, limits))
    except BodyInvalid as invalid:
        raise invalid.problem() from invalid


def _demand_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("content-type-unsupported", content_type=request.headers["content-encoding"], allowed=JSON_TYPES)
    if media_type != JSON_TYPES and not (media_type.startswith("application/") and media_type.endswith("+json")):
        raise Problem("content-type-unsupported", content_type=media_type or "(none)", allowed=JSON_TYPES)


class StrictRoute(APIRoute):
    """Guard first, then the body, then the endpoint. Says in OpenAPI which roles it serves."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        options["responses"] = {**PROBLEM_RESPONSES, **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)
        guard = guard_of(self.dependant)
        if guard is not None:
            self.openapi_extra = {"x-roles": sorted(guard.roles), **(self.openapi_extra or {})}

    def get_route_handler(self) -> Endpoint:
        """Wrap FastAPI's handler, which would read the body before it asks who sent it."""
        inner, guard, takes_json = super().get_route_handler(), guard_of(self.dependant), self.body_field is not None

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if guard is not None:
                await guard.admit(strict)
            if takes_json:
                await strict.json()
            return await inner(strict)

        return handle


def guard_of(dependant: Dependant) -> Guard | None:
    """Find the guard among what a route depends on, however deep."""
    if isinstance(dependant.call, Guard):
        return dependant.call
    found = (guard_of(inner) for inner in dependant.dependencies)
    return next((guard for guard in found if guard is not None), None)


def router(prefix: str = "", tags: list[str] | None = None) -> APIRouter:
    """Make the router for a service's routes; each of them declares `Depends(require(…))`."""
    return APIRouter(prefix=prefix, tags=list(tags or []), route_class=StrictRoute)
