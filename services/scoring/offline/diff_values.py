"""Two plans tried on one file of values: which totals, ranks and suggestions the new one would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from services.scoring.domain.awards import propose_awards
from services.scoring.domain.exact import minus
from services.scoring.domain.scores import ReportInput
from services.scoring.offline.compute import Computed, computed, table_in
from services.scoring.offline.explain import Language, told
from services.scoring.offline.explain_words import figure, say
from services.scoring.offline.reading import period_of
from shared.plan.types import AgencyCode, Plan, Sentence

NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a plan makes of the values: each unit's total and rank, and who is suggested under which rule."""

    places: Mapping[AgencyCode, tuple[Decimal | None, int | None]]
    suggested: Mapping[str, tuple[AgencyCode, ...]]


def value_lines(before: Plan, after: Plan, values: Path, period: str, lang: Language) -> Iterator[str]:
    """A line for each unit whose total or rank is another one, then the suggestions that came and went."""
    old, new = tried(before, values, period), tried(after, values, period)
    moved = [agency for agency in dict.fromkeys([*new.places, *old.places]) if old.places.get(agency) != new.places.get(agency)]
    same = len({*old.places, *new.places}) - len(moved)
    yield from told(say(f"{len(moved)} đơn vị thay đổi, {same} đơn vị như cũ.", f"{len(moved)} unit(s) change, {same} stay."), lang, "")
    for agency in moved:
        yield moved_line(agency, old.places.get(agency, (None, None)), new.places.get(agency, (None, None)))
    for rule in dict.fromkeys([*old.suggested, *new.suggested]):
        yield from (line for said in suggestion_words(rule, old, new) for line in told(said, lang, ""))


def tried(plan: Plan, values: Path, period: str) -> Tried:
    """Score, rank and judge the values by a plan."""
    chosen = period_of(plan, period, values)
    reports = {agency: ReportInput(version=1, values=given) for agency, given in table_in(plan, values).values.items()}
    found = [computed(plan, chosen, cluster, reports) for cluster in plan.clusters if reports.keys() & set(cluster.members)]
    places = {standing.agency: (standing.total, standing.rank) for one in found for standing in one.ranking.standings}
    return Tried(places=places, suggested=suggested(plan, found))


def suggested(plan: Plan, found: list[Computed]) -> dict[str, tuple[AgencyCode, ...]]:
    """Who is suggested under each rule; one that covers the movement needs more than one file and is left out."""
    scores = {agency: score for one in found for agency, score in one.scores.items()}
    proposals = propose_awards(plan, {one.cluster.code: one.ranking for one in found}, scores)
    return {rule.code: tuple(one.agency for one in proposals if one.rule == rule.code) for rule in plan.awards}


def moved_line(agency: AgencyCode, old: tuple[Decimal | None, int | None], new: tuple[Decimal | None, int | None]) -> str:
    """One unit: total and rank as they were and as they would be. Figures need no language."""
    change = ""
    if old[0] is not None and new[0] is not None and old[0] != new[0]:
        difference = minus(new[0], old[0])
        change = f" ({'+' if difference > 0 else '−'}{figure(difference.copy_abs()).en})"
    return f"  {agency}: {shown(old[0])} → {shown(new[0])}{change}, # {old[1] or NONE} → {new[1] or NONE}"


def shown(total: Decimal | None) -> str:
    return NONE if total is None else format(total, "f")


def suggestion_words(rule: str, old: Tried, new: Tried) -> Iterator[Sentence]:
    """Who would be suggested that was not, and who no more."""
    before, after = old.suggested.get(rule, ()), new.suggested.get(rule, ())
    came, went = (", ".join(one for one in these if one not in those) for these, those in ((after, before), (before, after)))
    if came:
        yield say(f"[{rule}] thêm đề xuất: {came}", f"[{rule}] suggested too: {came}")
    if went:
        yield say(f"[{rule}] không còn đề xuất: {went}", f"[{rule}] suggested no more: {went}")
