"""`explain`: the whole plan in plain words, for whoever has to answer for it, in Vietnamese, in English or in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.scoring.offline.explain_awards import award_items
from services.scoring.offline.explain_criteria import adjustment_items, criteria_items, total_items
from services.scoring.offline.explain_words import NOTHING, Item, day, joined, say, when
from services.scoring.offline.reading import plan_in, speak_utf8
from shared.plan.calendar import due_day
from shared.plan.periods import last_day_of_grace
from shared.plan.types import AgencyCode, Cluster, Period, Plan, PlanAgency, Sentence

MEMBERS_NAMED_MAX = 12


class Language(StrEnum):
    """In which language the plan is told."""

    VI = "vi"
    EN = "en"
    BOTH = "both"


LanguageGiven = Annotated[Language, typer.Option("--lang", help="In which language.")]
PlanArgument = Annotated[Path, typer.Argument(help="The plan, a YAML file.", exists=True, dir_okay=False, readable=True)]

HEADINGS = (
    (("movement", "legal_basis"), say("Phong trào", "The movement")),
    (("criteria", "criteria_maximum"), say("Tiêu chí và cách tính điểm", "Criteria and how points come about")),
    (("adjustments",), say("Điểm thưởng, điểm trừ", "Bonuses and penalties")),
    (("total_places", "grades", "tie_break"), say("Tổng điểm, xếp loại, xếp hạng", "Totals, grades, ranks")),
    (("appraisal", "vetoes", "awards"), say("Thẩm định và khen thưởng", "Appraisal and awards")),
    (("periods", "holidays"), say("Kỳ báo cáo và ngày nghỉ", "Periods and days off")),
    (("clusters", "agencies"), say("Cụm và đơn vị", "Clusters and agencies")),
)


def explain(plan: PlanArgument, lang: LanguageGiven = Language.BOTH) -> None:
    """Say the whole plan in plain words."""
    speak_utf8()
    rules = plan_in(plan)
    typer.echo("\n".join(explained(rules, lang)))


def explained(plan: Plan, lang: Language) -> Iterator[str]:
    """The lines of the whole plan under their headings."""
    items = plan_items(plan)
    for number, (sections, heading) in enumerate(HEADINGS, start=1):
        found = [item for item in items if item.section in sections]
        if found:
            titled = say(f"{number}. {heading.vi.upper()}", f"{number}. {heading.en.upper()}")
            yield from told(titled, lang, "")
            yield from (line for item in found for line in item_lines(item, lang))
            yield ""
    yield plan.content_hash


def item_lines(item: Item, lang: Language) -> Iterator[str]:
    """An item with what belongs to it, set in by its depth."""
    margin = "  " * (item.depth + 1)
    yield from told(item.title, lang, margin)
    for line in item.lines:
        yield from told(line, lang, margin + "  – ")


def told(sentence: Sentence, lang: Language, margin: str) -> Iterator[str]:
    """A sentence in the language asked for; in both, the English one stands below the Vietnamese."""
    if lang is not Language.EN:
        yield margin + sentence.vi
    if lang is not Language.VI:
        yield (margin if lang is Language.EN else " " * len(margin)) + sentence.en


def plan_items(plan: Plan) -> list[Item]:
    """Everything that the plan says, in the order in which it is explained."""
    return [
        *movement_items(plan),
        *criteria_items(plan),
        *adjustment_items(plan),
        *total_items(plan),
        *award_items(plan),
        *period_items(plan),
        *cluster_items(plan),
    ]


def movement_items(plan: Plan) -> Iterator[Item]:
    """Title, dates of effect, notice, legal basis."""
    start = day(plan.effective_from)
    lines = (
        say(
            f"Mã {plan.movement}, phiên bản {plan.version}, có hiệu lực từ {start.vi}.",
            f"Code {plan.movement}, version {plan.version}, in force from {start.en}.",
        ),
        when(plan.test, "Phong trào thử: không gửi cho hệ thống khác.", "A trial: not sent to other systems."),
        when(plan.notice_vi or plan.notice_en, f"Lưu ý: {plan.notice_vi}", f"Notice: {plan.notice_en}"),
    )
    yield Item(section="movement", key="", title=say(plan.title_vi, plan.title_en), lines=tuple(line for line in lines if line.vi))
    for law in plan.legal_basis:
        since = day(law.effective_from) if law.effective_from else NOTHING
        from_day = when(since.vi, f" (hiệu lực từ {since.vi})", f" (in force from {since.en})")
        note = when(law.note_vi or law.note_en, f". {law.note_vi}", f". {law.note_en}")
        title = say(f"Căn cứ: {law.citation_vi}{from_day.vi}{note.vi}", f"Basis: {law.citation_en}{from_day.en}{note.en}")
        yield Item(section="legal_basis", key=law.citation_vi, title=title)


def period_items(plan: Plan) -> Iterator[Item]:
    """Each period with the days as they fall, then the days off."""
    for period in plan.periods:
        first, last = day(period.from_date), day(period.to_date)
        name = say(period.name_vi or period.code, period.name_en or period.code)
        title = say(f"[{period.code}] {name.vi}: {first.vi} – {last.vi}", f"[{period.code}] {name.en}: {first.en} – {last.en}")
        yield Item(section="periods", key=period.code, title=title, lines=tuple(line for line in period_lines(plan, period) if line.vi))
    for holiday in plan.holidays:
        first, last = day(holiday.from_date), day(holiday.to_date)
        title = say(f"Nghỉ: {holiday.name_vi}, {first.vi} – {last.vi}", f"Off: {holiday.name_en}, {first.en} – {last.en}")
        yield Item(section="holidays", key=f"{holiday.from_date}", title=title)
    if plan.made_up_days:
        days = joined(map(day, plan.made_up_days), ", ")
        yield Item(section="holidays", key="made_up_days", title=say(f"Làm bù: {days.vi}", f"Made up: {days.en}"))


def period_lines(plan: Plan, period: Period) -> Iterator[Sentence]:
    due, grace = due_day(plan, period), last_day_of_grace(plan, period)
    if period.cut_off is not None:
        yield say(f"Chốt số liệu hết ngày {day(period.cut_off).vi}.", f"Facts count up to and including {day(period.cut_off).en}.")
    if due is not None and grace is not None:
        moved = when(due != period.due, " (chuyển từ ngày nghỉ)", " (moved from a day off)")
        yield say(
            f"Hạn nộp hết ngày {day(due).vi}{moved.vi}; bị trừ điểm chậm từ sau ngày {day(grace).vi}.",
            f"Due by the end of {day(due).en}{moved.en}; lateness costs points after {day(grace).en}.",
        )
    if due is None:
        yield say("Không có hạn nộp: không xét nộp chậm.", "No due day: nothing is late.")
    if period.close is not None:
        yield say(f"Nhận báo cáo đến hết ngày {day(period.close).vi}.", f"Reports are taken up to and including {day(period.close).en}.")


def cluster_items(plan: Plan) -> Iterator[Item]:
    """Clusters with their members, then what is special of single agencies."""
    names = {agency.code: say(agency.name_vi, agency.name_en) for agency in plan.agencies}
    for cluster in plan.clusters:
        yield cluster_item(cluster, names)
    for agency in plan.agencies:
        said = agency_words(agency)
        if said.vi:
            title = say(f"[{agency.code}] {agency.name_vi}: {said.vi}", f"[{agency.code}] {agency.name_en}: {said.en}")
            yield Item(section="agencies", key=agency.code, title=title)


def cluster_item(cluster: Cluster, names: Mapping[AgencyCode, Sentence]) -> Item:
    shown = joined((names.get(member, say(member, member)) for member in cluster.members[:MEMBERS_NAMED_MAX]), ", ")
    more = len(cluster.members) - MEMBERS_NAMED_MAX
    rest = when(more > 0, f" và {more} đơn vị khác", f" and {more} more")
    title = say(
        f"[{cluster.code}] {cluster.name_vi}, {len(cluster.members)} đơn vị",
        f"[{cluster.code}] {cluster.name_en}, {len(cluster.members)} units",
    )
    return Item(section="clusters", key=cluster.code, title=title, lines=(say(f"{shown.vi}{rest.vi}.", f"{shown.en}{rest.en}."),))


def agency_words(agency: PlanAgency) -> Sentence:
    """Validity days and successor; an agency that has none of them says nothing."""
    parts = (
        say(f"có từ {day(agency.valid_from).vi}", f"exists from {day(agency.valid_from).en}") if agency.valid_from else NOTHING,
        say(f"đến hết {day(agency.valid_to).vi}", f"until {day(agency.valid_to).en}") if agency.valid_to else NOTHING,
        when(agency.successor, f"đơn vị kế thừa {agency.successor}", f"succeeded by {agency.successor}"),
    )
    return joined(parts, ", ")
