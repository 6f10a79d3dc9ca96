"""A score as JSON values, with its sentences: the same score always gives the same bytes. Decimals are text in plain digits."""

from __future__ import annotations

import json
from datetime import UTC

from services.scoring.domain.criterion_parts import effect_of
from services.scoring.domain.explanation import sentence_for
from services.scoring.domain.parts import Appraised, NoTotal, Part, Score
from shared.plan.types import Sentence
from shared.plan.values import plain, value_to_text

Document = dict[str, object]


def score_document(score: Score) -> Document:
    """The whole score; `total` keeps the plan's places, so 46.50 stays 46.50."""
    return {
        "movement": score.movement,
        "plan_hash": score.plan_hash,
        "period": score.period,
        "agency": score.agency,
        "version": score.version,
        "submitted_at": score.submitted_at.astimezone(UTC).isoformat() if score.submitted_at else None,
        "total": None if score.total is None else format(score.total, "f"),
        "grade": grade_document(score),
        "no_total": [reason_document(reason) for reason in score.no_total],
        "parts": [part_document(part) for part in score.parts],
    }


def score_bytes(score: Score) -> bytes:
    """The canonical bytes of a score, for comparing a recomputed one with the one that was kept."""
    return json.dumps(score_document(score), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def grade_document(score: Score) -> Document | None:
    if score.grade is None:
        return None
    return {"code": score.grade.code, "name_vi": score.grade.name_vi, "name_en": score.grade.name_en}


def reason_document(reason: NoTotal) -> Document:
    return {"code": reason.code, "criteria": list(reason.criteria), **both(reason.sentence)}


def part_document(part: Part) -> Document:
    sentence = sentence_for(part)
    document: Document = {
        "kind": part.kind.value,
        "code": part.code,
        "points": plain(part.points),
        "state": part.state.value,
        "effect": effect_of(part),
        "value": None if part.value is None else plain(part.value),
        "trace": {name: plain(amount) for name, amount in part.trace},
        "self_score": None if part.self_score is None else plain(part.self_score),
        "sentence_vi": sentence.vi,
        "sentence_en": sentence.en,
    }
    return document if part.appraised is None else document | {"appraised": appraised_document(part.appraised)}


def appraised_document(appraised: Appraised) -> Document:
    """Only where there was an appraisal, so that a score without one has the bytes that it always had."""
    points = None if appraised.points is None else plain(appraised.points)
    return {"reported": value_to_text(appraised.reported), "points": points, "reason": appraised.reason}


def both(sentence: Sentence) -> Document:
    return {"sentence_vi": sentence.vi, "sentence_en": sentence.en}
