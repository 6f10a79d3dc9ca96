"""The second calculation of award suggestions: each unit is asked each question in turn, over all clusters. No code of the product."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.reckoning import Number, Plan, Reckoned, node_points, places

Clusters = Mapping[str, Mapping[str, Reckoned]]


def suggestions(plan: Plan, clusters: Clusters) -> set[tuple[str, str]]:
    """The pairs of rule and agency that the plan suggests."""
    chosen: dict[str, set[str]] = {}
    waiting = list(plan.get("awards", []))
    while waiting:
        rule = next(one for one in waiting if all(other in chosen for other in one.get("not_beside", [])))
        waiting.remove(rule)
        elsewhere = {agency for other in rule.get("not_beside", []) for agency in chosen[other]}
        chosen[rule["code"]] = suggested_by(plan, rule, clusters, elsewhere)
    return {(code, agency) for code, agencies in chosen.items() for agency in agencies}


def suggested_by(plan: Plan, rule: Any, clusters: Clusters, elsewhere: set[str]) -> set[str]:
    """Cluster by cluster, then the quota over all of them."""
    picked: dict[str, tuple[str, Number, int]] = {}
    for cluster, units in clusters.items():
        if rule.get("clusters") and cluster not in rule["clusters"]:
            continue
        ranks = {agency: rank for agency, (rank, _) in places(plan, units).items()}
        able = {agency for agency in ranks if agency not in elsewhere and qualifies(plan, rule, units[agency])}
        for agency in selected(rule["selection"], ranks, able):
            picked[agency] = (cluster, total_of(units[agency]), ranks[agency])
    return within_quota(rule.get("quota"), picked)


def total_of(unit: Reckoned) -> Number:
    assert unit.total is not None
    return unit.total


def qualifies(plan: Plan, rule: Any, unit: Reckoned) -> bool:
    """Every condition of the rule holds, and no veto of the plan."""
    return all(holds(plan, one, unit) for one in rule.get("conditions", [])) and not any(
        holds(plan, one, unit) for one in plan.get("vetoes", [])
    )


def holds(plan: Plan, condition: Any, unit: Reckoned) -> bool:
    figure = figure_for(plan, condition, unit)
    if figure is None:
        return False
    bound = Number(condition["limit"])
    return figure >= bound if condition["comparison"] == "at-least" else figure <= bound


def figure_for(plan: Plan, condition: Any, unit: Reckoned) -> Number | None:
    match condition["subject"]:
        case "total":
            return unit.total
        case "penalty":
            return unit.penalty
        case "points":
            return node_points(plan["criteria"], condition["criterion"], unit.points)
    return unit.values[condition["criterion"]]


def selected(selection: Any, ranks: Mapping[str, int], able: set[str]) -> set[str]:
    """All, the first so many, or a share; a rank is taken whole or left out whole."""
    if selection == "all-qualified" or selection["kind"] == "all-qualified":
        return able
    field = able if selection["kind"] == "share" or selection["among"] == "qualified" else set(ranks)
    count = int(selection["count"]) if selection["kind"] == "first" else share(selection, len(able))
    taken: set[str] = set()
    for rank in sorted({ranks[agency] for agency in field}):
        level = {agency for agency in field if ranks[agency] == rank}
        room = count - len(taken)
        if room <= 0:
            break
        if len(level) <= room or selection["ties"] == "include":
            taken |= level
        else:
            break
    return taken & able


def share(selection: Any, qualified: int) -> int:
    exact = Number(selection["percent"]) * qualified / 100
    whole = int(exact)
    if selection["rounding"] == "up":
        return whole if exact == whole else whole + 1
    if selection["rounding"] == "half-up":
        return int(exact + Number(1, 2))
    return whole


def within_quota(quota: str | int | None, picked: Mapping[str, tuple[str, Number, int]]) -> set[str]:
    """The best totals of all clusters; who is level at the line stays out, unless one cluster's own ranks part them."""
    if quota is None:
        return set(picked)
    taken: set[str] = set()
    for total in sorted({total for _, total, _ in picked.values()}, reverse=True):
        level = {agency: (cluster, rank) for agency, (cluster, one, rank) in picked.items() if one == total}
        if len(taken) + len(level) <= int(quota):
            taken |= set(level)
            continue
        if len({cluster for cluster, _ in level.values()}) == 1:
            taken |= best_of_one_cluster({agency: rank for agency, (_, rank) in level.items()}, int(quota) - len(taken))
        break
    return taken


def best_of_one_cluster(ranks: Mapping[str, int], room: int) -> set[str]:
    taken: set[str] = set()
    for rank in sorted(set(ranks.values())):
        level = {agency for agency, one in ranks.items() if one == rank}
        if len(taken) + len(level) > room:
            break
        taken |= level
    return taken
