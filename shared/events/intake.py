"""`intake.<source>`: reports as integrators send them."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.events.fields import AgencyCode, CriterionCode, Fact, MovementCode, PeriodCode, ReportVersion


class ReportSent(Fact):
    """A report as sent: over HTTP the body, over Kafka the data of a CloudEvent on `intake.<source>`."""

    movement: MovementCode
    period: PeriodCode
    agency: AgencyCode
    version: ReportVersion
    values: dict[CriterionCode, Decimal | Literal["n/a"] | None] = Field(
        description="A number for each criterion; null for missing, 'n/a' for not applicable. A criterion left out is missing.",
        examples=[{"disbursement": 66.18, "works-on-schedule": None, "safety": "n/a"}],
    )
    self_scores: dict[CriterionCode, Decimal] = Field(
        default_factory=dict,
        description="Points that the agency gives itself. They never win over the appraisal.",
        examples=[{"disbursement": 18.5}],
    )
    reference: str | None = Field(
        default=None, description="Opaque reference to the document in the sender's system.", examples=["315/BC-UBND"], max_length=200
    )
