"""What every route works with, and how bodies that may be left out are read."""

from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from services.reporting.acts.intake import Intake
from services.reporting.acts.periods import Periods
from services.reporting.acts.returning import Reports
from services.reporting.store.plans import Plans
from shared.clock import Clock
from shared.database import Pool
from shared.messaging import Transactions

B = TypeVar("B", bound="Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts of the service that routes use. `wait_seconds_max` keeps long polls within the time limit of a request."""

    pool: Pool
    transactions: Transactions
    clock: Clock
    plans: Plans
    intake: Intake
    periods: Periods
    reports: Reports
    wait_seconds_max: float


class Body(BaseModel):
    """What is asked for. A field that is not known is refused, for it would be a wish that nobody fulfils."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


async def body_or_default(request: Request, model: type[B]) -> B:
    """Read a body that may be left out."""
    if not await request.body():
        return model()
    try:
        return model.model_validate(await request.json())
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(faults) from error
