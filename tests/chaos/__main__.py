"""`make chaos SEED=… FAULTS=…`: the long fault run. Prints one table; exits 0 only when all of its columns of faults are zero."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

from deploy.local.failure import run_main
from tests.chaos.run import Outcome, run_chaos

SHOWN_MAX = 20


def table(outcome: Outcome) -> str:
    """Write the table."""
    verdict = outcome.verdict
    width = max(len(kind) for kind in [*outcome.faults, "applied + duplicate + dead letter"])
    lines = [f"chaos, seed {outcome.seed}, {outcome.seconds:.0f} s", "", f"{'fault':{width}}  times"]
    lines += [f"{kind:{width}}  {count:5}" for kind, count in sorted(outcome.faults.items())]
    lines += [f"{'all':{width}}  {sum(outcome.faults.values()):5}", "", f"{'consumer':{width}}     read  applied  duplicate  dead letter"]
    for consumer, counts in outcome.accounts.items():
        figures = f"{counts['read']:7}  {counts['applied']:7}  {counts['duplicate']:9}  {counts['dead letter']:11}"
        lines.append(f"{consumer:{width}}  {figures}")
    figures_by_name = {
        "records on the topics": verdict.records,
        "reports sent (attempts)": f"{outcome.sent} ({outcome.attempts})",
        "pairs of cause and effect": verdict.pairs,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "reordered": len(verdict.reordered),
        "announced without an effect": len(verdict.unfounded),
        "neither applied, duplicate nor dead letter": len(verdict.unaccounted),
        "longest recovery": longest(outcome.recoveries),
        "faults that could not be done": len(outcome.undone),
        "services that ended by themselves": sum(outcome.revived.values()),
    }
    lines += ["", *(f"{name:43}  {figure}" for name, figure in figures_by_name.items())]
    lines += [f"! {fault}" for fault in (*outcome.undone, *outcome.complaints, *verdict.faults[:SHOWN_MAX])]
    return "\n".join(lines)


def longest(recoveries: Sequence[tuple[float, str]]) -> str:
    """The longest recovery, and what it waited for."""
    seconds, said = max(recoveries, default=(0.0, "none"))
    return f"{seconds:.1f} s of {len(recoveries)} ({said})"


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description="Shake the whole stack under load and prove that nothing is lost, doubled or reordered.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=500)
    asked = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says of every cut what the table says in the end
    outcome = asyncio.run(run_chaos(asked.seed, asked.faults))
    print(table(outcome))
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(run_main(main))
