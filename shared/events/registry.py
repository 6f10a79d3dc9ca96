"""`registry`: what everyone must know before they can judge a report. One partition, kept for ever."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    ClusterCode,
    Day,
    Digest,
    Fact,
    Instant,
    KeyName,
    MovementCode,
    NameEnglish,
    NameVietnamese,
    PeriodCode,
    PlanHash,
    Reason,
    ReportVersion,
    Revision,
    SourceName,
)


class Role(StrEnum):
    """What the holder of a key may do."""

    SOURCE = "source"
    STANDING_BODY = "standing-body"
    COUNCIL = "council"
    OBSERVER = "observer"
    OPERATOR = "operator"


class MovementPublished(Fact):
    """A movement, or a new version of its plan, is live."""

    movement: MovementCode
    revision: Revision
    plan_hash: PlanHash
    plan_version: int = Field(description="Version of the plan, from 1.", examples=[1], ge=1)
    test: bool = Field(description="True for a sandbox movement: nothing of it counts or is sent to real recipients.", examples=[False])
    plan: dict[str, Any] = Field(description="The plan as a document (docs/plans.md).", examples=[{"movement": "ha-nam-315"}])


class AgencyChanged(Fact):
    """An agency was made known, renamed, merged or closed."""

    agency: AgencyCode
    revision: Revision
    name_vi: NameVietnamese
    name_en: NameEnglish
    aliases: list[str] = Field(default_factory=list, description="Other codes and names of the same agency.", examples=[["347"]])
    valid_from: Day | None = Field(
        default=None, description="First day of the agency; none if it was always there.", examples=["1997-01-01"]
    )
    valid_to: Day | None = Field(default=None, description="Last day of the agency; none while it exists.", examples=["2025-06-30"])
    successor: AgencyCode | None = Field(default=None, description="The agency that took its place.", examples=["ninh-binh.phu-ly"])
    source_codes: dict[SourceName, list[str]] = Field(
        default_factory=dict, description="The code of the agency in each source.", examples=[{"ha-nam-lgsp": ["347"]}]
    )


class AccessChanged(Fact):
    """A key was made, changed or revoked. Each service keeps its own copy of who may do what."""

    key_digest: Digest = Field(
        description="SHA-256 of the key, hexadecimal: all that is kept of it.",
        examples=["2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"],
    )
    revision: Revision
    name: KeyName
    roles: list[Role] = Field(description="What its holder may do.", examples=[["source"]], min_length=1)
    source: SourceName | None = Field(default=None, description="The source it sends for, for the role source.", examples=["ha-nam-lgsp"])
    movements: list[MovementCode] | None = Field(default=None, description="Movements it reaches; none for all.", examples=[["ha-nam-315"]])
    agencies: list[AgencyCode] | None = Field(
        default=None, description="Agencies it reaches, each with those below it; none for all.", examples=[["ha-nam"]]
    )
    expires_at: Instant | None = Field(default=None, description="From then on it opens nothing.", examples=["2024-12-31T17:00:00Z"])
    revoked_at: Instant | None = Field(default=None, description="Since then it opens nothing.", examples=[None])


class _PeriodOfCluster(Fact):
    movement: MovementCode
    period: PeriodCode
    cluster: ClusterCode
    revision: Revision


class PeriodOpened(_PeriodOfCluster):
    """Reports are taken from now on, from exactly these members."""

    plan_hash: PlanHash
    from_date: Day
    to_date: Day
    due_at: Instant | None = Field(
        description="Reports after it are late; none where the plan sets no due date.", examples=["2023-07-05T17:00:00Z"]
    )
    grace_ends_at: Instant | None = Field(description="The penalty for lateness runs from here.", examples=["2023-07-07T17:00:00Z"])
    closes_at: Instant | None = Field(
        description="Reports after it are refused; none where an act closes the period.", examples=["2023-07-31T17:00:00Z"]
    )
    members: list[AgencyCode] = Field(
        description="Agencies ranked against one another, frozen.", examples=[["ha-nam.phu-ly"]], min_length=1, max_length=5_000
    )
    opened_at: Instant


class PeriodExtended(_PeriodOfCluster):
    """The dates of an open period were moved by a recorded act."""

    due_at: Instant | None = Field(description="The new due instant.", examples=["2023-07-12T17:00:00Z"])
    grace_ends_at: Instant | None = Field(description="The new end of grace.", examples=["2023-07-14T17:00:00Z"])
    closes_at: Instant | None = Field(description="The new closing instant.", examples=["2023-08-07T17:00:00Z"])
    reason: Reason


class StandingReport(Fact):
    """The version of a member's report that counts at the close."""

    agency: AgencyCode
    version: ReportVersion | None = Field(description="Highest version that stands; none if there is none.", examples=[2])


class PeriodClosed(_PeriodOfCluster):
    """No more reports; these are the ones that count, one entry for each member."""

    closed_at: Instant
    reports: list[StandingReport] = Field(description="One entry for each member.", examples=[[{"agency": "ha-nam.phu-ly", "version": 2}]])


class PeriodReopened(_PeriodOfCluster):
    """A closed period takes reports again, by a recorded act."""

    closes_at: Instant | None = Field(description="The new closing instant.", examples=["2023-08-31T17:00:00Z"])
    reason: Reason
    asked_by: KeyName | None = Field(default=None, description="Who asked for it.", examples=["standing-body-1"])
    confirmed_by: KeyName | None = Field(default=None, description="The second person, who confirmed it.", examples=["standing-body-2"])
