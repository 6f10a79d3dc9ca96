"""`compute`: scores and ranks a file of values by a plan, as the service would, and says why."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.scoring.domain.cluster_facts import Inputs
from services.scoring.domain.explanation import sentence_for
from services.scoring.domain.ranking import Ranking, Standing, rank_cluster
from services.scoring.domain.scores import ReportInput, Score, score_cluster
from services.scoring.offline.reading import bytes_of, period_of, plan_in, refused, say_notice, speak_utf8, text_in
from services.scoring.offline.results import result_document
from services.scoring.offline.separated import read_separated
from services.scoring.offline.sheet import TableInvalid
from services.scoring.offline.values_table import TableRead, read_table
from services.scoring.offline.workbook import is_workbook, read_workbook
from shared.plan.periods import start_of_day
from shared.plan.types import AgencyCode, Cluster, Period, Plan, Sentence

PlanFile = Annotated[Path, typer.Option("--plan", help="The plan, a YAML file.", exists=True, dir_okay=False, readable=True)]
ValuesFile = Annotated[
    Path,
    typer.Option(
        "--values",
        help="The values, CSV or XLSX: wide (first column the agency, then one column a criterion) or long (agency,criterion,value). "
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
SubmittedOn = Annotated[
    datetime | None,
    typer.Option("--at", formats=["%Y-%m-%d"], help="Judge lateness as if every report had come on this local day; else it is not judged."),
]
ResultFile = Annotated[
    Path | None, typer.Option("--json", help="Write the result with all that it follows from, for `verify`.", dir_okay=False)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A cluster with what was reported, and what that came to."""

    cluster: Cluster
    inputs: Inputs
    scores: Mapping[AgencyCode, Score]
    ranking: Ranking


def compute(
    plan: PlanFile,
    values: ValuesFile,
    period: PeriodCodeGiven = "",
    explain: Explain = False,
    at: SubmittedOn = None,
    json_file: ResultFile = None,
) -> None:
    """Score and rank a file of values by a plan; prints CSV agency,total,rank. Needs no database and no broker."""
    speak_utf8()
    rules = plan_in(plan)
    chosen = period_of(rules, period, values)
    table = table_in(rules, values)
    submitted_at = start_of_day(at.date()) if at else None
    reports = {agency: ReportInput(version=1, values=given, submitted_at=submitted_at) for agency, given in table.values.items()}
    found = [computed(rules, chosen, cluster, reports) for cluster in rules.clusters if reports.keys() & set(cluster.members)]
    say_notice(rules)
    say_passed_over(table)
    typer.echo(table_of(found), nl=False)
    say_why_unranked(found)
    if explain:
        typer.echo("\n" + "\n".join(explanation_of(rules, found)))
    if json_file:
        write_result(json_file, rules, chosen, found)


def table_in(plan: Plan, path: Path) -> TableRead:
    """The values in a file, or each fault with its place."""
    raw = bytes_of(path)
    try:
        return read_table(plan, read_workbook(raw) if is_workbook(raw) else read_separated(text_in(path, raw)))
    except TableInvalid as invalid:
        places = ((f"{path}:{fault.line}" + (f", column {fault.column}" if fault.column else ""), fault) for fault in invalid.faults)
        raise refused(f"{place}: {one.sentence_en} / {one.sentence_vi} ({one.code})" for place, one in places) from invalid


def computed(plan: Plan, period: Period, cluster: Cluster, reports: Mapping[AgencyCode, ReportInput]) -> Computed:
    """Score and rank a cluster; a member that the file does not name has no report."""
    inputs = {member: reports.get(member) for member in cluster.members}
    scores = score_cluster(plan, period, inputs)
    return Computed(cluster=cluster, inputs=inputs, scores=scores, ranking=rank_cluster(plan, scores))


def standings_of(found: Iterable[Computed]) -> Iterator[tuple[Standing, Score]]:
    """The units, cluster by cluster, best first."""
    return ((standing, one.scores[standing.agency]) for one in found for standing in one.ranking.standings)


def say_passed_over(table: TableRead) -> None:
    if table.passed_over:
        names = ", ".join(f"“{name}”" for name in table.passed_over)
        typer.echo(f"No criterion of the plan, passed over: {names}. / Không phải tiêu chí, bỏ qua: {names}.", err=True)


def say_why_unranked(found: Iterable[Computed]) -> None:
    for standing, _ in standings_of(found):
        for reason in standing.why_unranked:
            typer.echo(f"{standing.agency}: {reason.sentence.en} / {reason.sentence.vi}", err=True)


def table_of(found: Iterable[Computed]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["agency", "total", "rank"])
    for standing, _ in standings_of(found):
        total = "" if standing.total is None else format(standing.total, "f")
        writer.writerow([standing.agency, total, "" if standing.rank is None else standing.rank])
    return text.getvalue()


def explanation_of(plan: Plan, found: Iterable[Computed]) -> Iterator[str]:
    """For each unit its place, the sentence of every part, and why there is no total or how a tie was broken."""
    names = {agency.code: Sentence(vi=agency.name_vi, en=agency.name_en) for agency in plan.agencies}
    for standing, score in standings_of(found):
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


def write_result(path: Path, plan: Plan, period: Period, found: Iterable[Computed]) -> None:
    result = result_document(plan, period, [(one.cluster, one.inputs, one.ranking, one.scores) for one in found])
    try:
        path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise refused([f"{path}: cannot be written ({error.strerror}). / Không ghi được tệp."]) from error
