"""A route names the roles that it serves; whoever calls shows a key, which is looked up by its digest in the service's own copy.

A key is kept nowhere; of it only the SHA-256 digest exists. Denials are logged with the caller's name, never with the key.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from shared.clock import Clock
from shared.events.registry import Role
from shared.http import metrics
from shared.http.problems import Problem
from shared.logging import logger

__all__ = ["Caller", "Guard", "Keys", "Role", "digest_of", "new_key", "require"]

KEY_PREFIX = "thidua_"
KEY_LENGTH_MAX = 200
CHALLENGE = {"www-authenticate": 'Bearer realm="thidua"'}
log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever holds the key: the name is what acts and logs carry. None in movements or agencies means all."""

    name: str
    source: str | None
    roles: frozenset[Role]
    movements: frozenset[str] | None = None
    agencies: frozenset[str] | None = None

    def reaches_movement(self, movement: str) -> bool:
        """Tell whether the key is good for the movement."""
        return self.movements is None or movement in self.movements

    def reaches_agency(self, agency: str) -> bool:
        """Tell whether the key is good for the agency: it or one above it is named."""
        return self.agencies is None or any(agency == own or agency.startswith(own + ".") for own in self.agencies)

    def reaches_source(self, source: str) -> bool:
        """Tell whether the key may see or send what is the source's: its own, or any for those who are not bound to one."""
        return self.source == source if Role.SOURCE in self.roles else True

    def demand(self, *, movement: str | None = None, agency: str | None = None, source: str | None = None) -> None:
        """Raise the problem access-out-of-scope where the key does not reach what is asked for."""
        # A list, for a movement, an agency and a source may bear the same name.
        asked = ((movement, self.reaches_movement), (agency, self.reaches_agency), (source, self.reaches_source))
        out_of_reach = [what for what, reaches in asked if what is not None and not reaches(what)]
        if out_of_reach:
            problem = Problem("access-out-of-scope", what=", ".join(out_of_reach))
            metrics.DENIED.labels(problem.code).inc()
            log.warning("access-denied", caller=self.name, code=problem.code, what=out_of_reach)
            raise problem


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A key as it is kept: who holds it and until when it opens anything."""

    caller: Caller
    expires_at: datetime | None
    revoked_at: datetime | None


class Keys(Protocol):
    """Where keys are looked up."""

    clock: Clock

    async def find(self, digest: bytes) -> AccessKey | None:
        """Return the key with this digest, if there is one."""
        ...


class Guard(SecurityBase):
    """The dependency that `require` makes: lets in only callers with one of the roles."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles
        self.model = HTTPBearer(description="The key as bearer token; X-API-Key is taken too.")
        self.scheme_name = "key"

    async def __call__(self, request: Request) -> Caller:
        """Return the caller that `admit` let in."""
        caller: Caller = getattr(request.state, "caller", None) or await self.admit(request)
        return caller

    async def admit(self, request: Request) -> Caller:
        """Check the key and its roles; raises a problem of 401, 403 or 429. Called before the body is read."""
        caller = await self._caller(request)
        request.app.state.rates.take(caller.name)
        if not caller.roles & self.roles:
            raise _denied(request, caller.name, Problem("access-role-missing", roles=", ".join(sorted(self.roles))))
        request.state.caller = caller
        return caller

    async def _caller(self, request: Request) -> Caller:
        keys: Keys = request.app.state.keys
        key = key_in(request)
        if key is None:
            raise _denied(request, None, Problem("access-key-missing", headers=CHALLENGE))
        found = await keys.find(digest_of(key))
        if found is None or found.revoked_at is not None:
            name = found.caller.name if found else None
            raise _denied(request, name, Problem("access-key-unknown", headers=CHALLENGE))
        if found.expires_at is not None and found.expires_at <= keys.clock.now():
            expired = Problem("access-key-expired", headers=CHALLENGE, expired_at=found.expires_at.isoformat())
            raise _denied(request, found.caller.name, expired)
        return found.caller


def require(*roles: Role) -> Guard:
    """Say who may call a route: `caller: Annotated[Caller, Depends(require(Role.SOURCE, Role.OPERATOR))]`."""
    if not roles:
        raise ValueError("a route is for at least one role")
    return Guard(frozenset(roles))


def key_in(request: Request) -> str | None:
    """Read the key from Authorization: Bearer, else from X-API-Key; one that is far too long is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    return key if 0 < len(key) <= KEY_LENGTH_MAX else None


def _denied(request: Request, caller: str | None, problem: Problem) -> Problem:
    """Log and count the denial and hand the problem on."""
    metrics.DENIED.labels(problem.code).inc()
    client = request.client.host if request.client else None
    log.warning("access-denied", caller=caller, code=problem.code, method=request.method, path=request.url.path, client=client)
    return problem


def digest_of(key: str) -> bytes:
    """SHA-256 of the key: all that is kept of it. Keys are random, so that a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).digest()


def new_key() -> str:
    """Make a key of 256 random bits; the prefix lets scanners of leaked secrets find it."""
    return KEY_PREFIX + secrets.token_urlsafe(32)
