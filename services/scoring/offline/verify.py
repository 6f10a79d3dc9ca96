"""`verify`: computes a result again from its stored inputs and says *same*, or names the first difference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.scoring.offline.reading import INPUT_WRONG, USAGE_WRONG, plan_in, refused, speak_utf8, text_of
from services.scoring.offline.results import Document, NotAResult, first_difference, plan_inside, result_from
from shared.plan.types import Plan

ResultArgument = Annotated[
    Path,
    typer.Argument(
        help="What `compute --json` wrote, or a score as the service answers it (GET /v1/scores/…).",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
]
PlanGiven = Annotated[
    Path | None,
    typer.Option("--plan", help="The plan, a YAML file; else the one that the result carries.", exists=True, dir_okay=False, readable=True),
]


def verify(result: ResultArgument, plan: PlanGiven = None) -> None:
    """Compute a result again from its stored inputs: prints `same`, or the first difference and ends with 1."""
    speak_utf8()
    try:
        kept = result_from(text_of(result))
        difference = first_difference(plan_for(result, kept, plan), kept)
    except NotAResult as error:
        raise refused([f"{result}: cannot be verified: {error}. / Không kiểm tra được tệp kết quả."]) from error
    if difference:
        typer.echo(difference)
        raise typer.Exit(INPUT_WRONG)
    typer.echo("same")


def plan_for(path: Path, kept: Document, given: Path | None) -> Plan:
    """The plan that is given, else the one inside; its hash is compared like all else."""
    plan = plan_in(given) if given else plan_inside(kept)
    if plan is None:
        hash_said = kept.get("plan_hash")
        raise refused([f"{path}: carries no plan; name the plan {hash_said} by --plan. / Hãy chỉ ra kế hoạch bằng --plan."], USAGE_WRONG)
    return plan
