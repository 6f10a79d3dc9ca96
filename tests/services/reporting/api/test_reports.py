"""Returning and withdrawing over HTTP, and the versions of a report as everyone reads them."""

from tests.services.reporting.stage import MOVEMENT, PERIOD, Stage, report

PATH = f"/v1/reports/{MOVEMENT}/{PERIOD}/ha-nam.phu-ly"
RETURN = {"reason": "Thiếu số liệu", "items": [{"criterion": "giai-ngan", "comment": "Chưa nêu mẫu số"}]}


async def states(stage: Stage) -> dict[int, str]:
    """The state of each version."""
    items = (await stage.ask("GET", PATH, key="lgsp")).json()["items"]
    return {item["version"]: item["state"] for item in items}


async def test_a_returned_report_counts_no_longer_and_is_told_with_its_items_as_an_act(stage: Stage) -> None:
    await stage.send(report())
    answer = await stage.ask("POST", f"{PATH}/1/return", json=RETURN)
    assert (answer.status_code, answer.json()["state"]) == (200, "returned"), answer.text
    assert await states(stage) == {1: "returned"}
    returned, act = (await stage.told())[-2:]
    assert (returned[0], returned[1], returned[2]["items"]) == ("report-returned", "ha-nam.phu-ly", RETURN["items"])
    assert (act[0], act[1], act[2]["act"]["kind"], act[2]["act"]["actor"]) == (
        "act-recorded",
        "reporting",
        "report-returned",
        "key-standing-body",
    )


async def test_the_same_return_again_does_nothing_and_another_one_is_refused(stage: Stage) -> None:
    await stage.send(report())
    first, again = [await stage.ask("POST", f"{PATH}/1/return", json=RETURN) for _ in range(2)]
    assert first.json() == again.json()
    assert [type_ for type_, _, _ in await stage.told()].count("report-returned") == 1
    other = await stage.ask("POST", f"{PATH}/1/return", json={"reason": "Khác"})
    assert (other.status_code, other.json()["code"]) == (409, "report-not-standing")


async def test_only_the_version_that_counts_is_returned(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    await stage.send(report(version=2), id_="b")
    assert (await stage.ask("POST", f"{PATH}/1/return", json=RETURN)).json()["code"] == "report-not-standing"
    assert (await stage.ask("POST", f"{PATH}/7/return", json=RETURN)).status_code == 404
    assert (await stage.ask("POST", f"{PATH}/2/return", json=RETURN)).status_code == 200
    assert await states(stage) == {2: "returned", 1: "accepted"}


async def test_what_must_be_mended_is_named_by_criteria_of_the_plan(stage: Stage) -> None:
    await stage.send(report())
    answer = await stage.ask("POST", f"{PATH}/1/return", json={"reason": "x", "items": [{"criterion": "nope", "comment": "y"}]})
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("criterion-unknown", "/items/0/criterion")]


async def test_withdrawing_a_version_voids_it_and_all_below_also_those_to_come(stage: Stage) -> None:
    await stage.send(report(version=2), id_="two")
    answer = await stage.ask("POST", f"{PATH}/3/withdraw", key="lgsp", json={"reason": "Văn bản đã thu hồi"})
    assert answer.status_code == 200, answer.text
    late = await stage.send(report(version=3), id_="three")
    assert [note["code"] for note in late.json()["notes"]] == ["version-withdrawn"]
    assert await states(stage) == {3: "withdrawn", 2: "withdrawn"}
    await stage.send(report(version=4), id_="four")
    assert (await states(stage))[4] == "accepted"
    assert [data["version"] for type_, _, data in await stage.told() if type_ == "report-withdrawn"] == [3]


async def test_withdrawing_twice_is_told_once(stage: Stage) -> None:
    await stage.send(report())
    for _ in range(2):
        assert (await stage.ask("POST", f"{PATH}/1/withdraw", key="lgsp", json={"reason": "x"})).status_code == 200
    assert [type_ for type_, _, _ in await stage.told()].count("report-withdrawn") == 1


async def test_a_source_withdraws_only_within_its_scope_and_nobody_else_does(stage: Stage) -> None:
    await stage.pool.execute("UPDATE access_key SET agencies = '{ha-nam.duy-tien}' WHERE source = 'lgsp'")
    assert (await stage.ask("POST", f"{PATH}/1/withdraw", key="lgsp", json={"reason": "x"})).json()["code"] == "access-out-of-scope"
    assert (await stage.ask("POST", f"{PATH}/1/withdraw", json={"reason": "x"})).json()["code"] == "access-role-missing"


async def test_nothing_is_returned_or_withdrawn_in_a_closed_period(stage: Stage) -> None:
    await stage.send(report())
    await stage.pool.execute("UPDATE period SET state = 'closed', closed_at = now()")
    for path, key in ((f"{PATH}/1/return", "standing-body"), (f"{PATH}/1/withdraw", "lgsp")):
        assert (await stage.ask("POST", path, key=key, json={"reason": "x"})).json()["code"] == "period-closed"


async def test_versions_are_read_with_values_as_text(stage: Stage) -> None:
    await stage.send(report(values={"giai-ngan": 55.5, "an-toan": "n/a"}, self_scores={"giai-ngan": 50}, reference="315/BC"))
    (item,) = (await stage.ask("GET", PATH, key="observer")).json()["items"]
    assert (item["values"], item["self_scores"], item["reference"]) == (
        {"giai-ngan": "55.5", "an-toan": "n/a"},
        {"giai-ngan": "50"},
        "315/BC",
    )
    assert item["submitted_at"] == "2023-07-01T02:00:00Z"


async def test_a_report_without_versions_is_an_empty_list_and_an_unknown_movement_is_not_found(stage: Stage) -> None:
    assert (await stage.ask("GET", PATH)).json()["items"] == []
    assert (await stage.ask("GET", PATH.replace(MOVEMENT, "nope"))).status_code == 404
