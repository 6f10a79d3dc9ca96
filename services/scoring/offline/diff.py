"""`diff`: what a new plan changes, rule by rule in plain words, and with a file of values what it does to totals, ranks and suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from services.scoring.offline.diff_values import value_lines
from services.scoring.offline.explain import Language, LanguageGiven, plan_items, told
from services.scoring.offline.explain_words import Item, say
from services.scoring.offline.reading import plan_in, speak_utf8
from shared.plan.document import plan_document
from shared.plan.types import Plan, Sentence

PlanArgument = Annotated[Path, typer.Argument(help="A plan, a YAML file.", exists=True, dir_okay=False, readable=True)]
ValuesGiven = Annotated[
    Path | None, typer.Option("--values", help="Values to try both plans on, CSV or XLSX.", exists=True, dir_okay=False, readable=True)
]
PeriodGiven = Annotated[str, typer.Option("--period", help="Code of the period; else the one named like the file, else the last.")]
Key = tuple[str, str]

SAME = say("Hai kế hoạch có cùng quy tắc.", "The two plans have the same rules.")
# What no sentence of a plan in words shows: it is named by its key, so that no change is passed over.
WORDLESS = say("Thay đổi chi tiết khác ở", "Other details changed under")


def diff(
    old: PlanArgument, new: PlanArgument, values: ValuesGiven = None, period: PeriodGiven = "", lang: LanguageGiven = Language.BOTH
) -> None:
    """Say what a new plan changes, and with values what it does to totals and ranks. Differences are no failure: the exit code is 0."""
    speak_utf8()
    before, after = plan_in(old), plan_in(new)
    typer.echo("\n".join(rule_lines(before, after, lang)))
    if values is not None:
        typer.echo("\n" + "\n".join(value_lines(before, after, values, period, lang)))


def rule_lines(before: Plan, after: Plan, lang: Language) -> Iterator[str]:
    """Each rule that came, went or changed, in the order of the plans; then what forbids to publish the new one."""
    if before.content_hash == after.content_hash:
        yield from told(SAME, lang, "")
        return
    old, new = keyed(before), keyed(after)
    for key, item in new.items():
        if key not in old:
            yield from marked("+", item, lang)
        elif old[key] != item:
            yield from changed(old[key], item, lang)
    for key, item in old.items():
        if key not in new:
            yield from marked("-", item, lang)
    for name in wordless(before, after):
        yield from told(say(f"{WORDLESS.vi}: {name}", f"{WORDLESS.en}: {name}"), lang, "~ ")
    for fault in hindrances(before, after):
        yield from told(fault, lang, "! ")


def keyed(plan: Plan) -> dict[Key, Item]:
    return {(item.section, item.key): item for item in plan_items(plan)}


def marked(mark: str, item: Item, lang: Language) -> Iterator[str]:
    """A rule that came or went, whole."""
    yield from told(item.title, lang, f"{mark} ")
    for line in item.lines:
        yield from told(line, lang, f"{mark}   – ")


def changed(old: Item, new: Item, lang: Language) -> Iterator[str]:
    """A rule that stayed, with only the sentences of it that are others now."""
    yield from told(new.title, lang, "~ ")
    if old.title != new.title:
        yield from told(old.title, lang, "    trước/was: ")
    for line in old.lines:
        if line not in new.lines:
            yield from told(line, lang, "    - ")
    for line in new.lines:
        if line not in old.lines:
            yield from told(line, lang, "    + ")


def wordless(before: Plan, after: Plan) -> Iterator[str]:
    """Keys of the plan that differ although every sentence about them is the same."""
    spoken = {item.section for item in {*plan_items(before)} ^ {*plan_items(after)}}
    old, new = plan_document(before), plan_document(after)
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key) and key not in spoken | SAID_WITH_THE_MOVEMENT:
            yield key


SAID_WITH_THE_MOVEMENT = {"movement", "version", "title_vi", "title_en", "effective_from", "test", "notice_vi", "notice_en"}


def hindrances(before: Plan, after: Plan) -> Iterator[Sentence]:
    """What the new plan would be refused for when it is published after the old one."""
    if before.movement != after.movement:
        yield say("Hai kế hoạch thuộc hai phong trào khác nhau.", "The two plans are of different movements.")
        return
    if after.version <= before.version:
        yield say("Quy tắc đã đổi thì phải tăng version.", "Rules changed, so `version` has to be raised.")
    for kind, old, new in (
        ("periods", codes(before.periods), codes(after.periods)),
        ("agencies", codes(before.agencies), codes(after.agencies)),
    ):
        gone = ", ".join(sorted(old.keys() - new.keys()))
        if gone:
            yield say(f"{kind}: {gone} không còn; nếu đã dùng thì phải giữ lại.", f"{kind}: {gone} left out; what was used has to stay.")


def codes(things: tuple[object, ...]) -> Mapping[str, object]:
    return {str(getattr(thing, "code")): thing for thing in things}  # noqa: B009 - the kinds share the field, not a type
