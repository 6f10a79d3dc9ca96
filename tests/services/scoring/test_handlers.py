"""Handlers only keep and mark: what they leave is the same after a second delivery, and nothing after a death before the commit."""

import pytest

from services.scoring.contract import REGISTRY_CONSUMED, REPORTS_CONSUMED, SCORES_WORKER
from services.scoring.store import hearing
from shared.messaging import Rejected
from tests.services.scoring.desk import Desk
from tests.services.scoring.trial import closed, opened, plan, published, reopened, returned, submitted, withdrawn

TABLES = ("plan", "period_fact", "period_cluster", "period_member", "report", "report_void", "mark")
COUNT = {table: f"TABLE {table}" for table in TABLES}
EVERYTHING = (
    published(1), opened(2), closed(3, {"a": 1, "b": None, "c": None}), reopened(4),
    submitted(10, "a", 1, "30", "10"), returned(11, "a", 1), withdrawn(12, "b", 3),
)  # fmt: skip


async def counts(desk: Desk) -> dict[str, int]:
    return {table: len(await desk.rows(statement)) for table, statement in COUNT.items()}


async def test_what_is_delivered_twice_is_kept_and_marked_once(desk: Desk) -> None:
    first = await desk.hear(*EVERYTHING, *EVERYTHING)
    once = await counts(desk)
    second = await desk.hear(*EVERYTHING)
    assert (first.applied, first.duplicates, second.applied) == (7, 7, 0)
    assert await counts(desk) == once
    assert once == {"plan": 1, "period_fact": 3, "period_cluster": 1, "period_member": 3, "report": 1, "report_void": 2, "mark": 6}


async def test_a_death_before_the_commit_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def died(*_: object) -> None:
        raise ConnectionResetError("killed")

    monkeypatch.setattr(hearing, "append_marks", died)
    for record in EVERYTHING:
        with pytest.raises(ConnectionResetError):
            await desk.hear(record)
    assert set((await counts(desk)).values()) == {0}
    assert await desk.rows("TABLE inbox") == []
    monkeypatch.undo()
    assert (await desk.hear(*EVERYTHING)).applied == 7


async def test_the_scores_worker_is_woken_by_whatever_was_heard(desk: Desk) -> None:
    await desk.hear(published(1))
    assert any(SCORES_WORKER in names for names in desk.woken)


async def test_a_plan_marks_the_clusters_that_are_known(desk: Desk) -> None:
    await desk.hear(published(1), opened(2))
    await desk.work()
    await desk.hear(published(5, plan(version=2, maximum=20)))
    [mark] = await desk.rows("TABLE mark")
    assert (mark["cluster"], mark["kind"]) == ("north", "plan")


@pytest.mark.parametrize("value", [b"", b"{}", b"not json", b'{"movement": "trial"}'])
def test_a_record_that_can_not_be_read_is_rejected_with_a_code(value: bytes) -> None:
    for consumes, record in ((REGISTRY_CONSUMED, published(1)), (REPORTS_CONSUMED, submitted(1, "a", 1, "1", "1"))):
        broken = type(record)(**{name: getattr(record, name) for name in record.__slots__} | {"value": value})
        with pytest.raises(Rejected) as refused:
            consumes.read(broken)
        assert refused.value.code == "data-invalid"
