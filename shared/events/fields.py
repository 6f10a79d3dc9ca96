"""The words that facts are made of: each type carries its meaning, its unit and an example, once."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

CODE_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 4_000


def _instant_text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _plain_text(number: Decimal) -> str:
    """Write a decimal without exponent: '0.0000001', never '1E-7'."""
    return format(number, "f")


def _code(meaning: str, example: str) -> Any:
    return Field(description=meaning, examples=[example], min_length=1, max_length=CODE_LENGTH_MAX)


def _text(meaning: str, example: str) -> Any:
    return Field(description=meaning, examples=[example], max_length=TEXT_LENGTH_MAX)


class Fact(BaseModel):
    """The data of one event. Unknown fields are ignored, so that a schema may grow under its readers."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64")


MovementCode = Annotated[str, _code("Code of the movement.", "ha-nam-315")]
PeriodCode = Annotated[str, _code("Code of the reporting period inside the movement.", "2023")]
ClusterCode = Annotated[str, _code("Code of the cluster inside the movement.", "districts")]
AgencyCode = Annotated[str, _code("Dotted code of the agency, of any depth.", "ha-nam.phu-ly")]
CriterionCode = Annotated[str, _code("Code of the criterion in the plan.", "disbursement")]
SourceName = Annotated[str, _code("Name of the integrator's source.", "ha-nam-lgsp")]
KeyName = Annotated[str, _code("Name of an access key; stands for whoever acts with it.", "standing-body-1")]
ReceiptId = Annotated[str, _code("Identity of the receipt.", "9f1c1f0e-6c9b-5d0e-8a55-0d6b1f3f2a11")]
ProposalId = Annotated[str, _code("Identity of the award proposal.", "3c5c2a34-54a3-5e61-9b42-1d0c9a4f7e10")]
RuleCode = Annotated[str, _code("Code of the award rule in the plan.", "certificate")]
ProblemCode = Annotated[str, _code("Stable code of what is wrong; its page is in docs/errors.", "criterion-unknown")]
PlanHash = Annotated[
    str, _code("Content hash of the plan's rules.", "sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525")
]
Digest = Annotated[
    str, _code("SHA-256 of a body in canonical JSON, hexadecimal.", "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5")
]

Revision = Annotated[
    int,
    Field(
        description="Orders what was announced of a subject: epoch × 10^12 + n. The higher one is newer, whatever came first.",
        examples=[1_000_000_000_042],
        ge=0,
    ),
]
ReportVersion = Annotated[
    int,
    Field(description="Version of the report, given by the sender, from 1. The higher one wins.", examples=[2], ge=1, le=1_000_000),
]
Instant = Annotated[
    AwareDatetime,
    PlainSerializer(_instant_text, return_type=str, when_used="json"),
    Field(description="Instant in UTC (RFC 3339).", examples=["2023-07-05T02:15:00Z"]),
]
Day = Annotated[date, Field(description="Local day in Asia/Ho_Chi_Minh, inclusive.", examples=["2023-06-30"])]
Points = Annotated[
    Decimal,
    PlainSerializer(_plain_text, return_type=str, when_used="json"),
    Field(description="Points, an exact decimal written as text.", examples=["46.7428"]),
]
Number = Annotated[
    Decimal,
    PlainSerializer(_plain_text, return_type=str, when_used="json"),
    Field(description="A number in the criterion's own unit, an exact decimal written as text.", examples=["66.18"]),
]
Rank = Annotated[int, Field(description="Rank inside the cluster, from 1; equal ranks are joint.", examples=[1], ge=1)]
Vietnamese = Annotated[str, _text("Sentence in Vietnamese (NFC).", "Tổng điểm 46,7428.")]
English = Annotated[str, _text("The same sentence in English.", "Total 46.7428 points.")]
Reason = Annotated[str, _text("Reason as written by the person who acted.", "Thiếu số liệu quý II.")]
NameVietnamese = Annotated[str, _text("Name in Vietnamese.", "Thành phố Phủ Lý")]
NameEnglish = Annotated[str, _text("Name in English.", "Phu Ly City")]


class ValueState(StrEnum):
    """Given, missing and not applicable are three different things, and none of them is zero."""

    GIVEN = "given"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"


class IndicatorValue(Fact):
    """What an agency reports for one criterion."""

    state: ValueState = Field(description="Whether there is a value, and if not, why.", examples=["given"])
    value: Number | None = Field(default=None, description="The value, only where the state is given.", examples=["66.18"])


class ProblemFact(Fact):
    """One thing that is wrong with what was sent, with where it is and how to mend it."""

    code: ProblemCode
    pointer: str = Field(description="JSON pointer to the place in the data; empty for the whole.", examples=["/values/disbursement"])
    detail_vi: Vietnamese
    detail_en: English
    mend_vi: Vietnamese
    mend_en: English


class NoteFact(Fact):
    """Something that was accepted, but that the sender should know."""

    code: ProblemCode
    detail_vi: Vietnamese
    detail_en: English


class Act(Fact):
    """An act of a person or a system that carries legal weight, without personal data."""

    kind: str = Field(description="What was done.", examples=["award-decided"])
    movement: MovementCode
    subject: str = Field(description="What it was done to.", examples=["3c5c2a34-54a3-5e61-9b42-1d0c9a4f7e10"])
    actor: KeyName
    at: Instant
    facts: dict[str, str] = Field(description="The particulars, as plain text.", examples=[{"outcome": "granted"}])


class ActRecorded(Fact):
    """One link of a service's chain of acts: the topic is the witness of the table."""

    service: str = Field(description="The service whose chain it is.", examples=["scoring"])
    sequence: int = Field(description="Place in the chain, from 1, without gaps.", examples=[17], ge=1)
    hash: Digest = Field(
        description="SHA-256 over the hash before it and the act, hexadecimal.",
        examples=["fdb2087788fe93272e3f27733bad8110e536682b8fe95942c36b236abb521976"],
    )
    previous_hash: Digest | None = Field(default=None, description="Hash of the act before it; none for the first.", examples=[None])
    act: Act = Field(
        description="The act itself, without personal data.",
        examples=[
            {
                "kind": "award-decided",
                "movement": "ha-nam-315",
                "subject": "3c5c2a34-54a3-5e61-9b42-1d0c9a4f7e10",
                "actor": "council-1",
                "at": "2023-08-25T03:00:00Z",
                "facts": {"outcome": "granted"},
            }
        ],
    )
