"""The operator's commands that need no database and no broker. They run the same domain code as the service.

Exit codes: 0 done; 1 what was read is wrong, each fault on standard error with its place and how to mend it; 2 wrong usage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.scoring.offline.compute import compute
from services.scoring.offline.diff import diff
from services.scoring.offline.explain import explain
from services.scoring.offline.reading import plan_in, say_notice, speak_utf8
from services.scoring.offline.verify import verify

PlanArgument = Annotated[Path, typer.Argument(help="The plan, a YAML file.", exists=True, dir_okay=False, readable=True)]


def mount(commands: typer.Typer) -> None:
    """Add the offline commands to the service's own."""
    commands.command("compute")(compute)
    commands.command("verify")(verify)
    commands.command("check")(check)
    commands.command("explain")(explain)
    commands.command("diff")(diff)


def check(plan: PlanArgument) -> None:
    """Check a plan: names every fault with line and column, or says what the plan holds."""
    speak_utf8()
    rules = plan_in(plan)
    typer.echo(
        f"{plan}: {rules.movement} version {rules.version} is a sound plan: {len(rules.leaves)} criteria, {len(rules.agencies)} agencies, "
        f"{len(rules.clusters)} cluster(s), {len(rules.periods)} period(s), {len(rules.awards)} award rule(s).\n{rules.content_hash}"
    )
    say_notice(rules)
