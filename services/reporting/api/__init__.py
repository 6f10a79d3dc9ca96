"""What reporting does because it was asked over HTTP: as thin as a handler, one router for each kind of thing."""

from fastapi import APIRouter

from services.reporting.api.bundles import PATH as BUNDLES
from services.reporting.api.bundles import bundle_routes
from services.reporting.api.desk import Desk
from services.reporting.api.movements import movement_routes
from services.reporting.api.periods import period_routes
from services.reporting.api.receipts import receipt_routes
from services.reporting.api.reports import report_routes

__all__ = ["BUNDLES", "Desk", "routers"]


def routers(desk: Desk) -> tuple[APIRouter, ...]:
    """All routes of the service."""
    return (bundle_routes(desk), report_routes(desk), receipt_routes(desk), movement_routes(desk), period_routes(desk))
