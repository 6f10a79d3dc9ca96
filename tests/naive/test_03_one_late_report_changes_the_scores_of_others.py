"""A naive program scores each report alone, though points beside a leader move with the leader; or it announces everybody anew."""

from shared.plan.document import read_plan
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import PLAN, opened, published, submitted

LED = read_plan(PLAN.format(version=1, maximum=50, test="false").replace("{kind: points, cap: 50}", "{kind: leader-scaled, target: 10}", 1))


async def test_a_new_leader_moves_those_above_the_target_and_nobody_else_with_the_cause_named(desk: Desk) -> None:
    await desk.heard(published(1, LED), opened(2, of=LED))
    await desk.heard(submitted(10, "a", 1, "20", "10"), submitted(11, "b", 1, "5", "10"))
    said = {str(one["agency"]): one for one in of_type(await desk.heard(submitted(12, "c", 1, "30", "10")), "score-computed")}
    assert {agency: one["total"] for agency, one in said.items()} == {"a": "47.50", "c": "60.00"}
    assert said["a"]["cause"] == {"kind": "cluster", "agency": "c"}
