"""A naive program scores with today's rules what was closed under yesterday's, and cannot recompute what it published."""

import hashlib
import json

import httpx

from services.scoring.domain.inputs import computed_again, inputs_from
from services.scoring.domain.score_document import score_bytes
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import closed, opened, plan, published, submitted

OBSERVER = {"Authorization": "Bearer observer"}


async def test_rules_changed_in_mid_period_rescore_what_is_open_and_leave_what_is_final(desk: Desk) -> None:
    await desk.heard(published(1), opened(2), opened(3, "south", ("x", "y")))
    await desk.heard(submitted(10, "a", 1, "30", "10"), submitted(11, "x", 1, "30", "10"), closed(20, {"a": 1, "b": None, "c": None}))
    said = of_type(await desk.heard(published(30, plan(version=2, maximum=20))), "score-computed")
    assert [(one["agency"], one["total"]) for one in said] == [("x", "30.00")]


async def test_a_published_score_is_recomputed_to_the_same_bytes_from_what_is_kept(desk: Desk, client: httpx.AsyncClient) -> None:
    await desk.heard(published(1), opened(2), submitted(10, "a", 1, "30.125", "10"))
    await desk.heard(published(30, plan(version=2, maximum=20)))
    for of, revisions in ((plan(), "?at={}"), (plan(version=2, maximum=20), "")):
        first = of_type(await desk.said(), "score-computed")[0]["revision"]
        kept = (await client.get("/v1/scores/trial/2023/a" + revisions.format(first), headers=OBSERVER)).json()
        again = score_bytes(computed_again(of, inputs_from(kept["inputs"])))
        assert json.loads(again) == kept["explanation"]
        assert hashlib.sha256(again).hexdigest() == kept["content_hash"]
