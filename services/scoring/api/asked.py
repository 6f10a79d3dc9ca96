"""What is asked of scoring. A field that is not known is refused, for it would be a wish that nobody fulfils."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.scoring.domain.votes import Cast
from shared.events.awards import Outcome, ReasonClass, RevocationGround
from shared.events.fields import AgencyCode, Reason, ReportVersion, Revision

MEMBERS_MAX = 200
ITEMS_MAX = 100
FINDINGS_MAX = 500
COMMENTS_MAX = 1_000_000

Item = Annotated[str, Field(min_length=1, max_length=200, description="Code of a paper in the plan's checklist.", examples=["bien-ban"])]
Reference = Annotated[
    str, Field(min_length=1, max_length=200, description="An opaque reference, never a name.", examples=["hd-07"], pattern=r"^[!-~]+$")
]


class Asked(BaseModel):
    """A body of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FindingAsked(Asked):
    """What was found on one criterion, bonus or penalty: another value, or points. Neither: what was reported is confirmed."""

    criterion: str = Field(min_length=1, max_length=200, examples=["giai-ngan"])
    value: object = Field(
        default=None, description='The value found: a number, null for missing, "n/a" for not applicable. Left out: as reported.'
    )
    points: object = Field(default=None, description="Points in place of those by the rule, within the criterion's maximum.")
    reason: Annotated[str, Field(max_length=2_000)] = Field(default="", description="Needed for every change.")


class AppraisalAsked(Asked):
    """What the standing body found on one version of a report. Without findings it is confirmed as a whole."""

    report_version: ReportVersion
    findings: list[FindingAsked] = Field(default_factory=list, max_length=FINDINGS_MAX)
    reason: Annotated[str, Field(max_length=4_000)] = Field(default="", description="Of the appraisal as a whole.")


class ScoresPublicationAsked(Asked):
    """Under which reference final scores are made public."""

    reference: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class DossierAsked(Asked):
    """Which papers of the checklist are there."""

    items: list[Item] = Field(min_length=1, max_length=ITEMS_MAX)


class ReturnedItemAsked(Asked):
    """One paper that has to be mended or added."""

    item: Item
    comment: Reason = Field(min_length=1)


class ReturnAsked(Asked):
    """Why a dossier goes back, and what has to be mended."""

    reason: Reason = Field(min_length=1)
    items: list[ReturnedItemAsked] = Field(min_length=1, max_length=ITEMS_MAX)


class CommentsAsked(Asked):
    """How many comments came, and references to them; what they say is kept elsewhere."""

    count: int = Field(ge=1, le=COMMENTS_MAX)
    references: list[Reference] = Field(default_factory=list, max_length=ITEMS_MAX)


class BallotAsked(Asked):
    """What one member did."""

    member: Reference
    ballot: Cast
    written: bool = Field(default=False, description="Sent in writing.")
    unit: AgencyCode | None = Field(default=None, description="The member's own unit: nobody votes on it.")


class VoteAsked(Asked):
    """Every member of the council, also who was absent or recused: the share is of all."""

    members: list[BallotAsked] = Field(min_length=1, max_length=MEMBERS_MAX)


class DecisionAsked(Asked):
    """What the council decides, and which score it saw."""

    outcome: Outcome = Field(description="What is decided.", examples=["granted"])
    reason_class: ReasonClass | None = Field(default=None, description="Needed for a refusal.", examples=["dossier-incomplete"])
    reason: Annotated[str, Field(min_length=1, max_length=4_000)] | None = Field(default=None, description="Needed for a refusal.")
    score_revision: Revision


class PublicationAsked(Asked):
    """Under which number or other reference an award is made public."""

    reference: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(default=None, examples=["1041/QĐ-UBND"])


class RevocationAsked(Asked):
    """Why an award is taken back: one of the four legal grounds."""

    ground: RevocationGround = Field(description="The legal ground.", examples=["false-papers"])
    reason: Reason = Field(min_length=1)
