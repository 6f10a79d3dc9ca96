"""What the demo prints: a few tables that a person can take in at once."""

from collections.abc import Sequence
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from deploy.local.demo.outcome import Outcome, Proposal, Ranking, Score, Step, criterion_names, names_of
from shared.plan.types import Plan

WIDTH = 132
YEAR_SHOWN = "2020"
ROWS_SHOWN = 6
UNRANKED_SHOWN = 2
PLACES_SHOWN_MAX = 6


def decimal_comma(number: Decimal | None) -> str:
    """Write a number as Vietnamese does; an en dash where there is none, and a very long one shortened."""
    if number is None:
        return "–"
    short = round(number, PLACES_SHOWN_MAX)
    return ("" if short == number else "≈ ") + format(number if short == number else short, "f").replace(".", ",")


def open_console() -> Console:
    """Make a console that is wide enough for the tables, also where the output is not a terminal."""
    return Console(width=WIDTH, highlight=False, soft_wrap=False)


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print everything that the demo saw."""
    latest = next(ranking for ranking in outcome.papi_rankings if ranking.period == YEAR_SHOWN)
    console.print(_ranking_table(latest, ROWS_SHOWN))
    _print_comparison(console, outcome)
    console.print(f"\n[bold]{outcome.ha_nam.title_vi}[/bold]\n{outcome.ha_nam.notice_vi}\n{outcome.ha_nam.notice_en}", style="yellow")
    for ranking in outcome.ha_nam_rankings:
        console.print(_ranking_table(ranking, len(ranking.rows)))
    console.print(_steps_table(outcome.steps, outcome.ha_nam))
    console.print(_score_table(outcome.scores[outcome.steps[0].agency], outcome.ha_nam))
    shown = [proposal for proposal in outcome.proposals if proposal.movement != outcome.papi.movement or proposal.period == YEAR_SHOWN]
    console.print(_proposals_table(shown, outcome))
    console.print(f"{len(outcome.proposals) - len(shown)} proposals of the other years are on the page.")
    console.print(_events_table(outcome))
    for line in outcome.audits:
        console.print(line)
    _print_subscribers(console, outcome)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _ranking_table(ranking: Ranking, rows: int) -> Table:
    title = f"{ranking.movement} {ranking.period}: {ranking.cluster_vi} / {ranking.cluster_en} ({ranking.state})"
    table = _table(title, "hạng · rank", "đơn vị · agency", "điểm · total", "ghi chú · note")
    unranked = [row for row in ranking.rows[rows:] if row.rank is None]
    for row in [*ranking.rows[:rows], *unranked[:UNRANKED_SHOWN]]:
        note = f"{row.note_vi} / {row.note_en}" if row.note_vi else ""
        table.add_row(str(row.rank or "–"), f"{row.name_vi} / {row.name_en}", decimal_comma(row.total), note)
    return table


def _print_comparison(console: Console, outcome: Outcome) -> None:
    years = len(outcome.papi_rankings)
    console.print(
        f"{outcome.compared} totals of {years} years held against plain sums of the published figures: all equal to four decimals;"
    )
    console.print(f"{outcome.without_total} of them have no total, because a value that was measured that year was not published.")


def _steps_table(steps: Sequence[Step], plan: Plan) -> Table:
    names = names_of(plan)
    table = _table("What happened on the way", "đơn vị · agency", "việc · what was done", "kết quả · what came of it")
    for step in steps:
        table.add_row(names[step.agency][0], f"{step.done_vi}\n{step.done_en}", step.seen)
        table.add_section()
    return table


def _score_table(score: Score, plan: Plan) -> Table:
    names = criterion_names(plan)
    title = f"Every point of {names_of(plan)[score.agency][1]} (version {score.report_version}, {score.state})"
    table = _table(title, "tiêu chí · criterion", "điểm", "vì sao · why")
    for part in score.parts:
        vi, en = names.get(part.criterion, ("", ""))
        table.add_row(f"{vi}\n{en}" if vi else part.criterion, decimal_comma(part.points), f"{part.vi}\n{part.en}")
    table.add_section()
    table.add_row("tổng · total", decimal_comma(score.total), "")
    return table


def _proposals_table(proposals: Sequence[Proposal], outcome: Outcome) -> Table:
    names = names_of(outcome.papi) | names_of(outcome.ha_nam)
    table = _table(
        "Proposals and what became of them",
        "phong trào · movement",
        "đơn vị · agency",
        "hạng",
        "điểm",
        "hình thức · form",
        "kết quả · outcome",
    )
    for proposal in proposals:
        place = f"{proposal.movement} {proposal.period}"
        form, result = f"{proposal.form_vi} / {proposal.form_en}", f"{proposal.outcome_vi} / {proposal.outcome_en}"
        table.add_row(place, names[proposal.agency][0], str(proposal.rank or "–"), decimal_comma(proposal.total), form, result)
    return table


def _events_table(outcome: Outcome) -> Table:
    table = _table("Events on each topic", "topic", "event", "records")
    for topic, counts in sorted(outcome.events.items()):
        for name, count in sorted(counts.items()):
            table.add_row(topic, name, str(count))
    return table


def _print_subscribers(console: Console, outcome: Outcome) -> None:
    table = _table("Award events seen by three downstream systems", "subscriber", "events", "first id", "last id in the order of ids")
    for name, ids in outcome.subscribers.items():
        ordered = sorted(ids)
        table.add_row(name, str(len(ids)), ordered[0], ordered[-1])
    console.print(table)
    console.print("All three hold the same ids.")
