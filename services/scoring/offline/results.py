"""A computed period as a document that carries all it follows from: the plan, each unit's inputs, and the score with every sentence.

Whoever has the document computes it again; `first_difference` then names the first place where the document says something else.
A score read from the service has the same `explanation` and `inputs`, and is verified by the same function.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import cast

from services.scoring.domain.appraisal import as_appraised
from services.scoring.domain.cluster_facts import Inputs, facts_of
from services.scoring.domain.inputs import Dates, ScoreInputs, cluster_document, computed_again, inputs_document, inputs_from
from services.scoring.domain.parts import ReportInput, Score
from services.scoring.domain.ranking import Ranking, Standing, rank_cluster
from services.scoring.domain.score_document import score_bytes, score_document
from shared.plan.calendar import due_day
from shared.plan.document import PlanInvalid, plan_document, plan_from_document
from shared.plan.types import AgencyCode, Cluster, Period, Plan
from shared.plan.values import shown

Document = Mapping[str, object]
NOTHING = object()  # beside null: a member that is not there at all


class NotAResult(Exception):
    """The document is neither a computed period nor a score with its inputs."""


def result_document(plan: Plan, period: Period, clusters: list[tuple[Cluster, Inputs, Ranking, Mapping[AgencyCode, Score]]]) -> Document:
    """The whole period; best units first."""
    told = [cluster_result(plan, period, *one) for one in clusters]
    return {
        "movement": plan.movement,
        "period": period.code,
        "plan_hash": plan.content_hash,
        "plan": plan_document(plan),
        "clusters": told,
    }


def cluster_result(
    plan: Plan, period: Period, cluster: Cluster, inputs: Inputs, ranking: Ranking, scores: Mapping[AgencyCode, Score]
) -> dict[str, object]:
    facts, dates = facts_of(plan, inputs), Dates(due=due_day(plan, period), grace_days=period.grace_days)
    under = {
        agency: ScoreInputs(
            plan_hash=plan.content_hash, period=period.code, agency=agency, dates=dates, cluster=facts, report=report, appraisal=None
        )
        for agency, report in inputs.items()
    }
    told = [score_result(standing, scores[standing.agency], under[standing.agency]) for standing in ranking.standings]
    return {"cluster": cluster.code, "scores": told}


def score_result(standing: Standing, score: Score, inputs: ScoreInputs) -> dict[str, object]:
    """One unit: its place, its score and what the score follows from."""
    return {
        "agency": standing.agency,
        "rank": standing.rank,
        "content_hash": hash_of(score),
        "explanation": score_document(score),
        "inputs": inputs_document(inputs),
    }


def hash_of(score: Score) -> str:
    return hashlib.sha256(score_bytes(score)).hexdigest()


def result_from(text: str) -> Document:
    """Read a document. Raises `NotAResult`."""
    try:
        return members(json.loads(text), "the document")
    except (ValueError, RecursionError) as error:
        raise NotAResult(f"it is not JSON ({error})") from error


def members(value: object, what: str) -> Document:
    if not isinstance(value, dict):
        raise NotAResult(f"{what} is not an object")
    return cast("Document", value)


def plan_inside(result: Document) -> Plan | None:
    """The plan that the document carries. Raises `NotAResult` where it is no sound plan."""
    if "plan" not in result:
        return None
    try:
        return plan_from_document(members(result["plan"], "plan"))
    except PlanInvalid as invalid:
        raise NotAResult(f"its plan is not sound: {invalid.problems[0].pointer}: {invalid.problems[0].sentence_en}") from invalid


def first_difference(plan: Plan, result: Document) -> str | None:
    """Compute the document again; none where it says the same. Raises `NotAResult`."""
    try:
        return next(differences(plan, result), None)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise NotAResult(f"it lacks or garbles what it was computed from ({type(error).__name__}: {error})") from error


def differences(plan: Plan, result: Document) -> Iterator[str]:
    if result["plan_hash"] != plan.content_hash:
        yield said("plan_hash", result["plan_hash"], plan.content_hash)
        return
    if "clusters" not in result:
        yield from differences_of_score(plan, result, "")
        return
    for cluster in listed(result["clusters"], "clusters"):
        yield from differences_of_cluster(plan, result, cluster)


def listed(value: object, what: str) -> list[Document]:
    if not isinstance(value, list):
        raise NotAResult(f"{what} is not a list")
    return [members(one, what) for one in value]


def differences_of_cluster(plan: Plan, result: Document, cluster: Document) -> Iterator[str]:
    """Every score, then what only the whole cluster tells: its members, its facts and the ranks."""
    scores = {AgencyCode(str(one["agency"])): one for one in listed(cluster["scores"], "scores")}
    inputs = {agency: inputs_from(members(one["inputs"], "inputs")) for agency, one in scores.items()}
    place = f"clusters/{cluster['cluster']}"
    wanted = sorted(member for one in plan.clusters if one.code == cluster["cluster"] for member in one.members)
    yield from compared(f"{place}/members", sorted(scores), wanted)
    for agency, one in scores.items():
        yield from compared(f"{place}/{agency}/period", inputs[agency].period, result["period"])
        yield from differences_of_score(plan, one, f"{place}/{agency}/")
    told = cluster_document(facts_of(plan, {agency: reported(one) for agency, one in inputs.items()}))
    ranking = rank_cluster(plan, {agency: computed_again(plan, one) for agency, one in inputs.items()})
    for standing in ranking.standings:
        yield from compared(f"{place}/{standing.agency}/inputs/cluster", cluster_document(inputs[standing.agency].cluster), told)
        yield from compared(f"{place}/{standing.agency}/rank", scores[standing.agency]["rank"], standing.rank)


def reported(inputs: ScoreInputs) -> ReportInput | None:
    return as_appraised(inputs.report, inputs.appraisal) if inputs.report else None


def differences_of_score(plan: Plan, kept: Document, place: str) -> Iterator[str]:
    """The explanation part by part, its hash, and what else is said of the score beside it."""
    score = computed_again(plan, inputs_from(members(kept["inputs"], "inputs")))
    again = json.loads(score_bytes(score))
    yield from compared(f"{place}explanation", kept["explanation"], again)
    yield from compared(f"{place}content_hash", kept["content_hash"], hash_of(score))
    grade = score.grade.code if score.grade else None
    beside = {"grade": grade, "report_version": score.version} | {name: again[name] for name in ("movement", "period", "agency", "total")}
    for name, value in beside.items():
        yield from compared(f"{place}{name}", kept.get(name, value), value)


def compared(place: str, kept: object, again: object) -> Iterator[str]:
    """Each place where two JSON values differ, in the order of what was computed again."""
    if isinstance(kept, dict) and isinstance(again, dict):
        for name in (*again, *(name for name in kept if name not in again)):
            yield from compared(f"{place}/{name}", kept.get(name, NOTHING), again.get(name, NOTHING))
    elif isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        for number, pair in enumerate(zip(kept, again, strict=True)):
            yield from compared(f"{place}/{number}", *pair)
    elif type(kept) is not type(again) or kept != again:
        yield said(place, kept, again)


def said(place: str, kept: object, again: object) -> str:
    return f"{place}: kept {written(kept)}, computed {written(again)}"


def written(value: object) -> str:
    return "nothing" if value is NOTHING else shown(json.dumps(value, ensure_ascii=False))
