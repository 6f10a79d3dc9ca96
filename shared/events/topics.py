"""The whole catalogue on one screen: which topic carries which facts, who says them, what keeps their order, how long they are kept."""

from dataclasses import dataclass, field
from types import MappingProxyType

from shared.events.awards import (
    AwardCommentOpened,
    AwardDecided,
    AwardProposed,
    AwardPublished,
    AwardReceived,
    AwardReturned,
    AwardRevoked,
    AwardVoted,
    AwardWithdrawn,
)
from shared.events.fields import ActRecorded, Fact
from shared.events.intake import ReportSent
from shared.events.receipts import ReportAccepted, ReportRejected
from shared.events.registry import (
    AccessChanged,
    AgencyChanged,
    MovementPublished,
    PeriodClosed,
    PeriodExtended,
    PeriodOpened,
    PeriodReopened,
)
from shared.events.reports import ReportReturned, ReportSubmitted, ReportWithdrawn
from shared.events.scores import RankingPublished, ScoreComputed, ScoreVoided

TYPE_PREFIX = "vn.thidua."
TYPE_SUFFIX = ".v1"
FOR_EVER = "-1"
THIRTY_DAYS = str(30 * 24 * 3600 * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `name` may hold `<source>`: there is one such topic for each integrator's source."""

    name: str
    producer: str
    key: str
    facts: MappingProxyType[str, type[Fact]]
    retention_ms: str
    partitions: int = 3
    timestamp_type: str = "CreateTime"
    config: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        config = {"retention.ms": self.retention_ms, "message.timestamp.type": self.timestamp_type, "cleanup.policy": "delete"}
        object.__setattr__(self, "config", config)

    def named(self, source: str) -> str:
        """Return the name of this topic for one source."""
        return self.name.replace("<source>", source)


def _facts(**facts: type[Fact]) -> MappingProxyType[str, type[Fact]]:
    return MappingProxyType({name.replace("_", "-"): fact for name, fact in facts.items()})


INTAKE = Topic(
    name="intake.<source>",
    producer="the integrator",
    key="agency",
    facts=_facts(report_sent=ReportSent),
    retention_ms=THIRTY_DAYS,
    # Lateness is judged by this instant, so the broker stamps it, not the sender.
    timestamp_type="LogAppendTime",
)
RECEIPTS = Topic(
    name="receipts.<source>",
    producer="reporting",
    key="agency",
    facts=_facts(report_accepted=ReportAccepted, report_rejected=ReportRejected),
    retention_ms=THIRTY_DAYS,
)
REGISTRY = Topic(
    name="registry",
    producer="reporting",
    key="movement",
    facts=_facts(
        movement_published=MovementPublished,
        agency_changed=AgencyChanged,
        access_changed=AccessChanged,
        period_opened=PeriodOpened,
        period_extended=PeriodExtended,
        period_closed=PeriodClosed,
        period_reopened=PeriodReopened,
        act_recorded=ActRecorded,
    ),
    retention_ms=FOR_EVER,
    # Everything in it is read in one order by everybody.
    partitions=1,
)
REPORTS = Topic(
    name="reports",
    producer="reporting",
    key="agency",
    facts=_facts(report_submitted=ReportSubmitted, report_returned=ReportReturned, report_withdrawn=ReportWithdrawn),
    retention_ms=FOR_EVER,
)
SCORES = Topic(
    name="scores",
    producer="scoring",
    key="agency; cluster",
    facts=_facts(score_computed=ScoreComputed, score_voided=ScoreVoided, ranking_published=RankingPublished),
    retention_ms=THIRTY_DAYS,
)
AWARDS = Topic(
    name="awards",
    producer="scoring",
    key="agency",
    facts=_facts(
        award_proposed=AwardProposed,
        award_withdrawn=AwardWithdrawn,
        award_received=AwardReceived,
        award_returned=AwardReturned,
        award_comment_opened=AwardCommentOpened,
        award_voted=AwardVoted,
        award_decided=AwardDecided,
        award_published=AwardPublished,
        award_revoked=AwardRevoked,
        act_recorded=ActRecorded,
    ),
    retention_ms=FOR_EVER,
)

CATALOGUE = (INTAKE, RECEIPTS, REGISTRY, REPORTS, SCORES, AWARDS)
SOURCE_TOPICS = (INTAKE, RECEIPTS)
TOPICS = (REGISTRY, REPORTS, SCORES, AWARDS)


def type_of(name: str) -> str:
    """Write the CloudEvents type of an event's short name."""
    return f"{TYPE_PREFIX}{name}{TYPE_SUFFIX}"


FACT_BY_TYPE: MappingProxyType[str, type[Fact]] = MappingProxyType(
    {type_of(name): fact for topic in CATALOGUE for name, fact in topic.facts.items()}
)
TYPE_BY_FACT: MappingProxyType[type[Fact], str] = MappingProxyType({fact: name for name, fact in FACT_BY_TYPE.items()})
