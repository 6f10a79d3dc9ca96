"""Whether the process lives, whether the service can work and if not what is missing, and its metrics: open to all, and cheap."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.database import Pool
from shared.http import metrics
from shared.readiness import Readiness


def health(readiness: Readiness, pool: Pool) -> APIRouter:
    """Make the routes that need no key."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health/live")
    async def live() -> dict[str, str]:
        """Answers as long as the process can; says nothing of what it needs."""
        return {"status": "live"}

    @routes.get("/health/ready", responses={503: {"description": "Parts are missing; each is named with its reason."}})
    async def ready() -> JSONResponse:
        """200 when every part works, otherwise 503 with the parts that are missing and why."""
        missing = dict(readiness.missing)
        return JSONResponse({"status": "not-ready" if missing else "ready", "missing": missing}, status_code=503 if missing else 200)

    @routes.get("/metrics", response_class=Response)
    async def metrics_text() -> Response:
        """Metrics in Prometheus' text format."""
        _look(readiness, pool)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


def _look(readiness: Readiness, pool: Pool) -> None:
    """Read what is only worth knowing when somebody asks."""
    metrics.POOL_OPEN.set(pool.get_size())
    metrics.POOL_USED.set(pool.get_size() - pool.get_idle_size())
    metrics.DOWN.clear()
    for part in readiness.missing:
        metrics.DOWN.labels(part).set(1)
