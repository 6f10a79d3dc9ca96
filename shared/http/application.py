"""The HTTP application that every service starts from: problems, gate, keys and health are in place before its first route."""

from collections.abc import Callable

from fastapi import FastAPI

from shared.clock import Clock
from shared.database import Pool
from shared.http.gate import Gate
from shared.http.health import health
from shared.http.keys import KeptKeys
from shared.http.problems import install
from shared.http.rates import Rates
from shared.readiness import Readiness
from shared.settings import ServiceSettings

VERSION = "0.1.0"


def new_application(
    name: str, settings: ServiceSettings, *, pool: Pool, clock: Clock, readiness: Readiness, closed: Callable[[], bool] = lambda: False
) -> FastAPI:
    """Make the application; the service includes its routers, each made by `shared.http.requests.router()`."""
    app = FastAPI(title=f"thidua {name}", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.keys = KeptKeys(pool, clock, settings.access_cache_seconds)
    app.state.rates = Rates(per_second=settings.http_key_per_second, burst=settings.http_key_burst)
    app.state.body_bytes_max = settings.http_body_bytes
    install(app)
    app.include_router(health(readiness, pool))
    app.add_middleware(Gate, timeout_seconds=settings.http_timeout_seconds, concurrency=settings.http_concurrency, closed=closed)
    return app
