"""A naive program counts reports, so that a unit that reports twice, or one that is there no more, makes more than 100 %."""

from tests.services.reporting.api.test_periods import PATH
from tests.services.reporting.stage import MOVEMENT, PERIOD, Stage, report


async def test_two_versions_of_one_unit_are_one_of_those_expected(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    await stage.send(report(version=2), id_="b")
    told = (await stage.ask("GET", PATH)).json()["completeness"]
    assert told == {"expected": 3, "reported": 1, "on_time": 1, "late": 0, "missing": 2}


async def test_a_withdrawn_report_is_missing_again(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    await stage.ask("POST", f"/v1/reports/{MOVEMENT}/{PERIOD}/ha-nam.phu-ly/1/withdraw", key="lgsp", json={"reason": "Nhầm"})
    told = (await stage.ask("GET", PATH)).json()["completeness"]
    assert (told["expected"], told["reported"], told["missing"]) == (3, 0, 3)
