"""What the demo saw, as values: read from the services' answers, shown by tables.py and page.py."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from deploy.local.demo.client import Client
from deploy.local.demo.timeline import Moment
from shared.plan.types import Criterion, CriterionGroup, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRow:
    """One unit of a ranking."""

    agency: str
    name_vi: str
    name_en: str
    rank: int | None
    total: Decimal | None
    note_vi: str
    note_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The ranking of one cluster in one period."""

    movement: str
    period: str
    cluster: str
    cluster_vi: str
    cluster_en: str
    state: str
    rows: tuple[RankRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a score: its points, and why, in two languages."""

    criterion: str
    points: Decimal | None
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of one unit, with its explanation."""

    agency: str
    total: Decimal | None
    revision: int
    report_version: int | None
    state: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal and what became of it."""

    id: str
    movement: str
    period: str
    cluster: str
    agency: str
    form_vi: str
    form_en: str
    rank: int | None
    total: Decimal | None
    score_revision: int
    state: str
    outcome_vi: str
    outcome_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a story: what was done, and what came of it."""

    agency: str
    done_vi: str
    done_en: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that the demo shows."""

    papi: Plan
    ha_nam: Plan
    papi_rankings: Sequence[Ranking]
    ha_nam_rankings: Sequence[Ranking]
    scores: Mapping[str, Score]
    steps: Sequence[Step]
    proposals: Sequence[Proposal]
    subscribers: Mapping[str, Sequence[str]]
    events: Mapping[str, Counter[str]]
    timeline: Sequence[Moment]
    compared: int
    without_total: int
    audits: Sequence[str]


def names_of(plan: Plan) -> dict[str, tuple[str, str]]:
    """Map each agency to its names in Vietnamese and English."""
    return {agency.code: (agency.name_vi, agency.name_en) for agency in plan.agencies}


def criterion_names(plan: Plan) -> dict[str, tuple[str, str]]:
    """Map what a part of a score may stand for to its names: criteria, groups, bonuses, penalties, lateness, rounding."""
    events = {str(event.code): (event.name_vi, event.name_en) for event in plan.events}
    return dict(_names(plan.criteria)) | events | {"late": ("Nộp muộn", "Lateness"), "rounding": ("Làm tròn", "Rounding")}


def _names(nodes: Sequence[Criterion | CriterionGroup]) -> list[tuple[str, tuple[str, str]]]:
    found = []
    for node in nodes:
        found.append((str(node.code), (node.name_vi, node.name_en)))
        if isinstance(node, CriterionGroup):
            found.extend(_names(node.members))
    return found


def points_or_none(text: str | None) -> Decimal | None:
    """Read points as the services write them: decimal text, or null."""
    return None if text is None else Decimal(text)


async def read_ranking(client: Client, plan: Plan, period: str, cluster: str) -> Ranking | None:
    """Read a ranking; None while there is none."""
    response = await client.send("GET", "scoring", f"/v1/rankings/{plan.movement}/{period}/{cluster}", role="observer")
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    body = response.raise_for_status().json()
    names = names_of(plan)
    about = next(each for each in plan.clusters if each.code == cluster)
    return Ranking(
        movement=plan.movement,
        period=period,
        cluster=cluster,
        cluster_vi=about.name_vi,
        cluster_en=about.name_en,
        state=body["state"],
        rows=tuple(_row(row, names) for row in body["rows"]),
    )


def _row(row: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> RankRow:
    vi, en = names[row["agency"]]
    decided_vi, _, decided_en = (row.get("decided_by") or "").partition(" / ")
    return RankRow(
        agency=row["agency"],
        name_vi=vi,
        name_en=en,
        rank=row["rank"],
        total=points_or_none(row["total"]),
        note_vi=row.get("unranked_vi") or decided_vi,
        note_en=row.get("unranked_en") or decided_en,
    )


async def read_score(client: Client, plan: Plan, period: str, agency: str) -> Score | None:
    """Read the score of a unit with its explanation; None while there is none that stands."""
    response = await client.send("GET", "scoring", f"/v1/scores/{plan.movement}/{period}/{agency}", role="observer")
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    body = response.raise_for_status().json()
    if body["void"]:
        return None
    return Score(
        agency=agency,
        total=points_or_none(body["total"]),
        revision=body["revision"],
        report_version=body["report_version"],
        state=body["state"],
        parts=tuple(_part(part) for part in body["explanation"]["parts"]),
    )


def _part(part: Mapping[str, Any]) -> Part:
    return Part(criterion=part["code"], points=points_or_none(part["points"]), vi=part["sentence_vi"], en=part["sentence_en"])
