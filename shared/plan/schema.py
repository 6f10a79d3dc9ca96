"""The whole plan document as one table of shapes: the keys of each object, and what each may hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shared.plan.codes import Sentence
from shared.plan.reading import Reading, Shape
from shared.plan.records import ListOf, OneOf, Record
from shared.plan.scalars import Amount, Choice, Code, Day, Flag, Text, Whole
from shared.plan.types import (
    Adjustments,
    AgencyTarget,
    AllQualified,
    Among,
    Appraisal,
    AwardRule,
    Band,
    BandsMeasure,
    BooleanMeasure,
    Cluster,
    Comparison,
    Condition,
    CountMeasure,
    Covers,
    Criterion,
    CriterionGroup,
    Direction,
    DossierItem,
    DueMoves,
    EventAdjustment,
    FirstOf,
    Grade,
    Holiday,
    LateRule,
    LeaderScaledMeasure,
    LegalBasis,
    OnAbsent,
    Period,
    Plan,
    PlanAgency,
    PointsMeasure,
    RatioMeasure,
    ShareOf,
    ShareRounding,
    Subject,
    TieKey,
    TiesAtLine,
    TieStep,
    VoteRule,
    WhenNobody,
)

AGENCIES_MAX = 20_000
MEMBERS_MAX = 5_000  # of a cluster: its members travel in one event
CRITERIA_MAX = 500
DEPTH_MAX = 8

CODE, DAY, FLAG, NUMBER = Code(), Day(), Flag(), Amount()
TEXT, NAME = Text(), Text(length_max=300, empty_allowed=False)
POINTS, POSITIVE = Amount(minimum=Decimal(0)), Amount(above=Decimal(0))
BOTH_NAMES = {"name_vi": NAME, "name_en": NAME}

BAND = Record(build=Band, fields={"bound": NUMBER, "points": POINTS})
AGENCY_TARGET = Record(build=AgencyTarget, fields={"agency": CODE, "target": POSITIVE})
MEASURE = OneOf(
    records={
        "points": Record(build=PointsMeasure, fields={"cap": POINTS}),
        "ratio": Record(build=RatioMeasure, fields={"target": POSITIVE, "denominator_vi": NAME, "denominator_en": NAME}),
        "bands": Record(build=BandsMeasure, fields={"bands": ListOf(item=BAND, minimum=1, maximum=100), "otherwise": POINTS}),
        "boolean": Record(build=BooleanMeasure, fields={}),
        "count": Record(build=CountMeasure, fields={"points_each": POSITIVE}),
        "leader-scaled": Record(
            build=LeaderScaledMeasure, fields={"target": POSITIVE, "targets": ListOf(item=AGENCY_TARGET, maximum=MEMBERS_MAX)}
        ),
    }
)

CRITERION = Record(
    build=Criterion,
    fields={
        "code": CODE,
        **BOTH_NAMES,
        "measure": MEASURE,
        "on_missing": Choice(OnAbsent),
        "on_not_applicable": Choice(OnAbsent),
        "when_nobody": Choice(WhenNobody),
        "direction": Choice(Direction),
        "maximum": POSITIVE,
        "unit_vi": TEXT,
        "unit_en": TEXT,
        "clause": TEXT,
        "value_minimum": NUMBER,
        "value_maximum": NUMBER,
        "value_places": Whole(maximum=12),
    },
    hints={
        "measure": Sentence(vi=": số liệu thành điểm bằng cách nào", en=": how does a value become points"),
        "on_missing": Sentence(
            vi=": thiếu số liệu thì sao, zero, exclude hay block", en=": zero, exclude or block, when the value is missing"
        ),
        "on_not_applicable": Sentence(
            vi=": không áp dụng thì sao, zero, exclude hay block", en=": zero, exclude or block, when it does not apply"
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionOrGroup:
    """A node of the tree of criteria: a group when it has the key `members`, a criterion otherwise."""

    depth: int

    def read(self, reading: Reading, data: object, pointer: str) -> object:
        is_group = isinstance(data, dict) and "members" in data
        return (group_record(self.depth) if is_group else CRITERION).read(reading, data, pointer)

    def write(self, value: object) -> object:
        return (group_record(self.depth) if isinstance(value, CriterionGroup) else CRITERION).write(value)


@dataclass(frozen=True, slots=True)
class TooDeep:
    """What stands below the deepest level that a tree of criteria may have."""

    def read(self, reading: Reading, data: object, pointer: str) -> object:  # noqa: ARG002 - a shape has this signature
        vi, en = f"Cây tiêu chí chỉ được sâu tối đa {DEPTH_MAX} cấp.", f"The tree of criteria may be at most {DEPTH_MAX} levels deep."
        raise reading.refuse(pointer, "criteria-too-deep", vi, en)

    def write(self, value: object) -> object:
        raise TypeError(type(value))


def group_record(depth: int) -> Record:
    members = CriterionOrGroup(depth=depth + 1) if depth < DEPTH_MAX else TooDeep()
    below = ListOf(item=members, minimum=1, maximum=CRITERIA_MAX)
    fields: dict[str, Shape] = {"code": CODE, **BOTH_NAMES, "members": below, "maximum": POSITIVE}
    return Record(build=CriterionGroup, fields=fields)


EVENT_ADJUSTMENT = Record(
    build=EventAdjustment,
    fields={"code": CODE, **BOTH_NAMES, "points_each": POSITIVE, "count_maximum": Whole(minimum=1), "clause": TEXT},
)
ADJUSTMENTS = Record(
    build=Adjustments,
    fields={
        "bonuses": ListOf(item=EVENT_ADJUSTMENT, maximum=100),
        "penalties": ListOf(item=EVENT_ADJUSTMENT, maximum=100),
        "late": Record(build=LateRule, fields={"points_per_day": POSITIVE, "maximum": POSITIVE, "clause": TEXT}),
        "bonus_maximum": POINTS,
        "penalty_maximum": POINTS,
        "total_maximum": NUMBER,
        "total_minimum": NUMBER,
    },
)

SELECTION = OneOf(
    records={
        "all-qualified": Record(build=AllQualified, fields={}),
        "first": Record(build=FirstOf, fields={"count": Whole(minimum=1), "among": Choice(Among), "ties": Choice(TiesAtLine)}),
        "share": Record(
            build=ShareOf,
            fields={
                "percent": Amount(above=Decimal(0), maximum=Decimal(100)),
                "rounding": Choice(ShareRounding),
                "ties": Choice(TiesAtLine),
            },
        ),
    }
)
CONDITION = Record(
    build=Condition,
    fields={
        "code": CODE,
        "sentence_vi": NAME,
        "sentence_en": NAME,
        "subject": Choice(Subject),
        "comparison": Choice(Comparison),
        "limit": NUMBER,
        "criterion": CODE,
        "clause": TEXT,
    },
)
PERCENT_OF_MEMBERS = Whole(minimum=1, maximum=100)
COUNCIL = Whole(minimum=1, maximum=500)
AWARD = Record(
    build=AwardRule,
    fields={
        "code": CODE,
        "form_vi": NAME,
        "form_en": NAME,
        "decided_by_vi": NAME,
        "decided_by_en": NAME,
        "selection": SELECTION,
        "conditions": ListOf(item=CONDITION, maximum=50),
        "clusters": ListOf(item=CODE),
        "clause": TEXT,
        "level_vi": TEXT,
        "level_en": TEXT,
        "covers": Choice(Covers),
        "quota": Whole(minimum=1),
        "again_after_years": Whole(minimum=1, maximum=100),
        "not_beside": ListOf(item=CODE, maximum=100),
        "dossier": ListOf(item=Record(build=DossierItem, fields={"code": CODE, **BOTH_NAMES}), maximum=50),
        "vote": Record(build=VoteRule, fields={"percent": PERCENT_OF_MEMBERS, "written_opinions": FLAG, "members": COUNCIL}),
        "public_comment_days": Whole(minimum=1, maximum=366),
    },
)

AGENCY = Record(
    build=PlanAgency,
    fields={
        "code": CODE,
        **BOTH_NAMES,
        "aliases": ListOf(item=NAME, maximum=20),
        "gso_code": CODE,
        "valid_from": DAY,
        "valid_to": DAY,
        "successor": CODE,
    },
)
CLUSTER = Record(build=Cluster, fields={"code": CODE, **BOTH_NAMES, "members": ListOf(item=CODE, minimum=1, maximum=MEMBERS_MAX)})
PERIOD = Record(
    build=Period,
    fields={
        "code": CODE,
        "from_date": DAY,
        "to_date": DAY,
        "name_vi": TEXT,
        "name_en": TEXT,
        "cut_off": DAY,
        "due": DAY,
        "grace_days": Whole(maximum=366),
        "close": DAY,
        "due_moves": Choice(DueMoves),
    },
    keys={"from_date": "from", "to_date": "to"},
)
HOLIDAY = Record(
    build=Holiday,
    fields={"from_date": DAY, "to_date": DAY, **BOTH_NAMES},
    keys={"from_date": "from", "to_date": "to"},
)
LEGAL_BASIS = Record(
    build=LegalBasis,
    fields={"citation_vi": NAME, "citation_en": NAME, "effective_from": DAY, "note_vi": TEXT, "note_en": TEXT},
)

PLAN = Record(
    build=Plan,
    fields={
        "movement": CODE,
        "version": Whole(minimum=1),
        "title_vi": NAME,
        "title_en": NAME,
        "effective_from": DAY,
        "test": FLAG,
        "illustrative": FLAG,
        "notice_vi": TEXT,
        "notice_en": TEXT,
        "legal_basis": ListOf(item=LEGAL_BASIS, maximum=50),
        "total_places": Whole(maximum=10),
        "full_marks": POSITIVE,
        "criteria_maximum": POSITIVE,
        "criteria": ListOf(item=CriterionOrGroup(depth=1), minimum=1, maximum=CRITERIA_MAX),
        "adjustments": ADJUSTMENTS,
        "grades": ListOf(item=Record(build=Grade, fields={"code": CODE, **BOTH_NAMES, "at_least": NUMBER}), maximum=50),
        "tie_break": ListOf(item=Record(build=TieStep, fields={"by": Choice(TieKey), "criterion": CODE}), maximum=20),
        "appraisal": Record(build=Appraisal, fields={"required": FLAG, "tolerance": POINTS}),
        "vetoes": ListOf(item=CONDITION, maximum=50),
        "awards": ListOf(item=AWARD, maximum=100),
        "periods": ListOf(item=PERIOD, minimum=1),
        "holidays": ListOf(item=HOLIDAY),
        "made_up_days": ListOf(item=DAY),
        "clusters": ListOf(item=CLUSTER, maximum=AGENCIES_MAX),
        "agencies": ListOf(item=AGENCY, minimum=1, maximum=AGENCIES_MAX),
    },
)
