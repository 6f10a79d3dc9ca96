"""Who may do what: a key is looked up by its digest in the service's own copy, and a route names the roles that it serves."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request

from shared.events.registry import Role
from shared.messaging import Consumer

__all__ = ["Caller", "Guard", "Role", "access_consumer", "assert_every_route_guarded", "digest_of", "new_key", "require"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever holds the key: the name is what acts and logs carry. None in movements or agencies means all."""

    name: str
    source: str | None
    roles: frozenset[Role]
    movements: frozenset[str] | None
    agencies: frozenset[str] | None

    def reaches_movement(self, movement: str) -> bool:
        """Tell whether the key is good for the movement."""
        return self.movements is None or movement in self.movements

    def reaches_agency(self, agency: str) -> bool:
        """Tell whether the key is good for the agency: it or one above it is named."""
        return self.agencies is None or any(agency == own or agency.startswith(own + ".") for own in self.agencies)

    def demand(self, *, movement: str | None = None, agency: str | None = None, source: str | None = None) -> None:
        """Raise the problem access-out-of-scope where the key does not reach what is asked for."""
        raise NotImplementedError


class Guard:
    """The dependency that `require` makes: lets in only callers with one of the roles."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, or raise a problem."""
        raise NotImplementedError


def require(*roles: Role) -> Guard:
    """`caller: Annotated[Caller, Depends(require(Role.SOURCE))]`: who may call the route."""
    return Guard(frozenset(roles))


def digest_of(key: str) -> bytes:
    """SHA-256 of the key: all that is kept of it."""
    raise NotImplementedError


def new_key() -> str:
    """Make a key that nobody can guess."""
    raise NotImplementedError


def assert_every_route_guarded(app: FastAPI) -> None:
    """Raise where a route neither declares who may call it nor is one of the open ones."""
    raise NotImplementedError


def access_consumer(name: str) -> Consumer[Any]:
    """The consumer that keeps a service's own copy of who may do what: `access_consumer("scoring")` reads as `scoring.access`."""
    raise NotImplementedError
