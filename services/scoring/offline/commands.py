"""The operator's commands that need no database and no broker. They run the same domain code as the service.

Exit codes: 0 done; 1 what was read is wrong, each fault on standard error with its place and how to mend it; 2 wrong usage.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.scoring.domain.explanation import sentence_for
from services.scoring.domain.ranking import Standing, rank_cluster
from services.scoring.domain.scores import ReportInput, Score, score_cluster
from services.scoring.offline.values_table import TableInvalid, read_table
from shared.plan.document import PlanInvalid, read_plan
from shared.plan.types import AgencyCode, Cluster, Period, Plan, Sentence
from shared.plan.values import nearest_codes, shown

FILE_BYTES_MAX = 50_000_000
INPUT_WRONG = 1
USAGE_WRONG = 2

PlanFile = Annotated[Path, typer.Option("--plan", help="The plan, a YAML file.", exists=True, dir_okay=False, readable=True)]
ValuesFile = Annotated[
    Path,
    typer.Option(
        "--values",
        help="The values, CSV: wide (first column the agency, then one column a criterion) or long (agency,criterion,value). "
        "Blank is missing, n/a is not applicable.",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
]
PeriodCodeGiven = Annotated[
    str, typer.Option("--period", help="Code of the period; else the plan's period named like the file, else its last.")
]
Explain = Annotated[bool, typer.Option("--explain", help="After the table, say why each unit has its points, in Vietnamese and English.")]
PlanArgument = Annotated[Path, typer.Argument(help="The plan, a YAML file.", exists=True, dir_okay=False, readable=True)]


def mount(commands: typer.Typer) -> None:
    """Add the offline commands to the service's own."""
    commands.command("compute")(compute)
    commands.command("check")(check)


def compute(plan: PlanFile, values: ValuesFile, period: PeriodCodeGiven = "", explain: Explain = False) -> None:
    """Score and rank a file of values by a plan; prints CSV agency,total,rank. Needs no database and no broker."""
    speak_utf8()
    rules = plan_in(plan)
    chosen = period_of(rules, period, values)
    reports = reports_in(rules, values)
    results = [
        result for cluster in rules.clusters if reports.keys() & set(cluster.members) for result in scored(rules, chosen, cluster, reports)
    ]
    say_notice(rules)
    typer.echo(table_of(results), nl=False)
    for standing, _ in results:
        for reason in standing.why_unranked:
            typer.echo(f"{standing.agency}: {reason.sentence.en} / {reason.sentence.vi}", err=True)
    if explain:
        typer.echo("\n" + "\n".join(explanation_of(rules, results)))


def check(plan: PlanArgument) -> None:
    """Check a plan: names every fault with line and column, or says what the plan holds."""
    speak_utf8()
    rules = plan_in(plan)
    typer.echo(
        f"{plan}: {rules.movement} version {rules.version} is a sound plan: {len(rules.leaves)} criteria, {len(rules.agencies)} agencies, "
        f"{len(rules.clusters)} cluster(s), {len(rules.periods)} period(s), {len(rules.awards)} award rule(s).\n{rules.content_hash}"
    )
    say_notice(rules)


def say_notice(plan: Plan) -> None:
    """An illustrative plan says so wherever it is used."""
    if plan.illustrative:
        typer.echo(f"{plan.notice_en} / {plan.notice_vi}", err=True)


def speak_utf8() -> None:
    """Vietnamese is printed whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def text_of(path: Path) -> str:
    """The text of a file, or a sentence that says why it cannot be read."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise refused([f"{path}: the file is larger than {FILE_BYTES_MAX} bytes. / Tệp quá lớn."])
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused([f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8. / Hãy lưu tệp dạng UTF-8."]) from error
    except OSError as error:
        raise refused([f"{path}: cannot be read ({error.strerror}). / Không đọc được tệp."]) from error


def refused(lines: Iterable[str], code: int = INPUT_WRONG) -> typer.Exit:
    for line in lines:
        typer.echo(line, err=True)
    return typer.Exit(code)


def plan_in(path: Path) -> Plan:
    try:
        return read_plan(text_of(path))
    except PlanInvalid as invalid:
        places = ((f"{path}:{problem.line}:{problem.column}", problem) for problem in invalid.problems)
        raise refused(
            f"{place}: {one.pointer or '/'}: {one.sentence_en} / {one.sentence_vi} ({one.code})" for place, one in places
        ) from invalid


def reports_in(plan: Plan, path: Path) -> dict[AgencyCode, ReportInput]:
    try:
        return dict(read_table(plan, text_of(path)))
    except TableInvalid as invalid:
        places = ((f"{path}:{fault.line}" + (f", column {fault.column}" if fault.column else ""), fault) for fault in invalid.faults)
        raise refused(f"{place}: {one.sentence_en} / {one.sentence_vi} ({one.code})" for place, one in places) from invalid


def period_of(plan: Plan, code: str, values: Path) -> Period:
    """The period asked for; else the one that the file is named after; else the last, for a plan may know fewer years than the data."""
    periods = {str(period.code): period for period in plan.periods}
    if not code:
        return periods.get(values.stem, plan.periods[-1])
    if code not in periods:
        nearest = ", ".join(nearest_codes(code, list(periods))) or ", ".join(list(periods)[:10])
        raise refused(
            [f"--period {shown(code)}: the plan has no such period. Nearest: {nearest}. / Kế hoạch không có kỳ này."], USAGE_WRONG
        )
    return periods[code]


def scored(plan: Plan, period: Period, cluster: Cluster, reports: dict[AgencyCode, ReportInput]) -> Iterator[tuple[Standing, Score]]:
    """The units of a cluster, best first; a member that the file does not name has no report."""
    scores = score_cluster(plan, period, {member: reports.get(member) for member in cluster.members})
    for standing in rank_cluster(plan, scores).standings:
        yield standing, scores[standing.agency]


def table_of(results: Iterable[tuple[Standing, Score]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["agency", "total", "rank"])
    for standing, _ in results:
        total = "" if standing.total is None else format(standing.total, "f")
        writer.writerow([standing.agency, total, "" if standing.rank is None else standing.rank])
    return text.getvalue()


def explanation_of(plan: Plan, results: Iterable[tuple[Standing, Score]]) -> Iterator[str]:
    """For each unit its place, the sentence of every part, and why there is no total or how a tie was broken."""
    names = {agency.code: Sentence(vi=agency.name_vi, en=agency.name_en) for agency in plan.agencies}
    for standing, score in results:
        name = names[score.agency]
        total = "–" if score.total is None else format(score.total, "f")
        grade = f" ({score.grade.name_vi} / {score.grade.name_en})" if score.grade else ""
        yield f"{score.agency} {name.vi} / {name.en}: {total}{grade}"
        said = [*map(sentence_for, score.parts), *(reason.sentence for reason in score.no_total)]
        said += [standing.decided_by] if standing.decided_by else []
        for sentence in said:
            yield f"  {sentence.vi}"
            yield f"  {sentence.en}"
        yield ""
