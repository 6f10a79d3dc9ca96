"""Every event that is heard stands in the feed once, and every agency is told once, however often and however badly it is delivered."""

import json
import re
from contextlib import suppress

import pytest

from services.notifications.contract import CONSUMES
from services.notifications.domain.feed import Sight, Wish
from services.notifications.handlers import tell
from tests.services.notifications.stage import DUY_TIEN, EVERYTHING, PHU_LY, Stage, heard, report


async def test_an_event_stands_in_the_feed_as_a_cloud_event_with_its_data_as_it_came(stage: Stage) -> None:
    event = heard("award-decided")
    await stage.tell(event)
    (entry,) = await stage.feed()
    told = json.loads(entry.body)
    assert told["specversion"] == "1.0"
    assert (told["id"], told["source"], told["type"]) == (event.event.id, "/thidua/scoring", "vn.thidua.award-decided.v1")
    assert told["time"] == "2023-08-25T03:00:00Z"
    assert event.data in entry.body
    assert "test" not in told


async def test_an_event_delivered_twice_stands_in_the_feed_once_and_is_told_once(stage: Stage) -> None:
    event = heard("award-revoked")
    await stage.tell(event)
    await stage.tell(event, heard("award-proposed"))
    assert [entry.name for entry in await stage.feed()] == ["award-revoked", "award-proposed"]
    assert [notice.kind for notice in await stage.notices()] == ["award-revoked", "award-proposed"]


async def test_a_handler_that_crashes_half_way_leaves_nothing_and_can_be_repeated(stage: Stage) -> None:
    event = heard("report-returned")
    with suppress(ConnectionError):
        async with stage.transactions.begin(()) as transaction:
            await tell(transaction, [event])
            raise ConnectionError("the power went")
    await stage.number()
    assert await stage.feed() == []
    assert await stage.notices() == []
    await stage.tell(event)
    assert len(await stage.feed()) == len(await stage.notices()) == 1


async def test_the_same_id_of_another_source_is_another_event(stage: Stage) -> None:
    await stage.tell(heard("award-decided", id_="1"), heard("award-decided", id_="1", said_by="/elsewhere"))
    assert len(await stage.feed()) == 2


async def test_who_holds_which_key_is_nobody_s_news(stage: Stage) -> None:
    await stage.tell(heard("access-changed"))
    assert await stage.feed() == []


async def test_a_receipt_is_told_only_to_the_source_that_sent(stage: Stage) -> None:
    await stage.tell(heard("report-accepted"), heard("report-rejected"))
    theirs = Sight(source="ha-nam-lgsp", bound=True, movements=None, agencies=None)
    others = Sight(source="papi", bound=True, movements=None, agencies=None)
    assert len(await stage.feed(sight=theirs)) == 2
    assert await stage.feed(sight=others) == []
    assert await stage.feed(sight=EVERYTHING) == []


async def test_a_source_does_not_see_the_reports_of_another(stage: Stage) -> None:
    await stage.tell(report())
    assert await stage.feed(sight=Sight(source="papi", bound=True, movements=None, agencies=None)) == []
    assert len(await stage.feed(sight=Sight(source="ha-nam-lgsp", bound=True, movements=None, agencies=None))) == 1
    assert len(await stage.feed(sight=EVERYTHING)) == 1


async def test_a_reader_sees_only_agencies_and_movements_within_its_reach(stage: Stage) -> None:
    below, beside = "ha-nam.phu-ly.quang-trung", "ha-nam.phu-ly-2"
    await stage.tell(report(PHU_LY), report(DUY_TIEN), report(below), report(beside), heard("ranking-published"))
    near = Sight(source=None, bound=False, movements=None, agencies=(PHU_LY,))
    far = Sight(source=None, bound=False, movements=("papi",), agencies=None)
    assert [json.loads(entry.body)["data"].get("agency") for entry in await stage.feed(sight=near)] == [PHU_LY, below, None]
    assert await stage.feed(sight=far) == []


async def test_a_reader_gets_only_what_it_asked_for(stage: Stage) -> None:
    await stage.tell(report(PHU_LY), report(DUY_TIEN), heard("award-decided"), heard("ranking-published"))
    assert [entry.name for entry in await stage.feed(wish=Wish(names=("award-decided",)))] == ["award-decided"]
    assert [entry.lane for entry in await stage.feed(wish=Wish(agencies=(DUY_TIEN,)))] == [DUY_TIEN]
    assert len(await stage.feed(wish=Wish(agencies=("ha-nam",)))) == 3
    assert len(await stage.feed(wish=Wish(movements=("ha-nam-315",)))) == 4
    assert await stage.feed(wish=Wish(movements=("papi",))) == []


async def test_events_of_a_test_are_read_apart_and_nobody_is_written_to(stage: Stage) -> None:
    await stage.tell(heard("award-revoked", test=True), heard("award-proposed"))
    assert [entry.name for entry in await stage.feed()] == ["award-proposed"]
    (sandbox,) = await stage.feed(wish=Wish(sandbox=True))
    assert json.loads(sandbox.body)["test"] is True
    assert [notice.kind for notice in await stage.notices()] == ["award-proposed"]


@pytest.mark.parametrize(
    ("name", "changes", "kind"),
    [
        ("report-returned", {}, "report-returned"),
        ("report-rejected", {}, "report-rejected"),
        ("report-rejected", {"agency": None}, None),
        ("report-accepted", {}, None),
        ("report-submitted", {}, None),
        ("score-computed", {"state": "final"}, "score-final"),
        ("score-computed", {"state": "provisional"}, None),
        ("award-proposed", {}, "award-proposed"),
        ("award-withdrawn", {}, "award-withdrawn"),
        ("award-decided", {}, "award-decided"),
        ("award-revoked", {}, "award-revoked"),
        ("period-opened", {}, None),
    ],
)
async def test_an_agency_is_told_of_what_concerns_it(stage: Stage, name: str, changes: dict[str, object], kind: str | None) -> None:
    await stage.tell(heard(name, changes=changes))
    assert [notice.kind for notice in await stage.notices()] == ([kind] if kind else [])


async def test_the_newest_name_of_an_agency_stays_whatever_came_first(stage: Stage) -> None:
    await stage.tell(heard("agency-changed", name_vi="Mới", revision=5), heard("agency-changed", name_vi="Cũ", revision=4))
    await stage.tell(heard("agency-changed", name_vi="Cũ nhất", revision=3))
    assert await stage.fetchval("SELECT name_vi FROM agency") == "Mới"


@pytest.mark.parametrize("topic", ["registry", "reports", "scores", "awards", "receipts.ha-nam-lgsp", "receipts.a.b"])
def test_it_hears_the_topics_that_the_services_write(topic: str) -> None:
    assert re.match(CONSUMES.pattern or "", topic)


@pytest.mark.parametrize("topic", ["intake.ha-nam-lgsp", "receipts.", "receipts", "reports2", "xreports", "scores.old"])
def test_it_hears_no_other_topic(topic: str) -> None:
    assert not re.match(CONSUMES.pattern or "", topic)
