"""A report over HTTP: accepted with its receipt, repeated with the same one, refused with everything that is wrong."""

import asyncio

from tests.services.reporting.stage import Stage, report


async def test_a_right_report_is_accepted_with_a_receipt_and_announced(stage: Stage) -> None:
    answer = await stage.send(report())
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["state"], body["source"], body["event_id"], body["version"]) == ("accepted", "lgsp", "bc-1", 1)
    assert answer.headers["location"] == body["links"]["self"] == f"/v1/receipts/{body['receipt']}"
    told = await stage.told()
    assert [(type_, key) for type_, key, _ in told] == [("report-submitted", "ha-nam.phu-ly"), ("report-accepted", "ha-nam.phu-ly")]
    assert told[0][2]["values"] == {"giai-ngan": {"state": "given", "value": "55.5"}, "an-toan": {"state": "missing", "value": None}}


async def test_the_same_again_gives_the_same_receipt_and_tells_nothing_more(stage: Stage) -> None:
    first, second = await stage.send(report()), await stage.send(report())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["receipt"] == second.json()["receipt"]
    assert (await stage.count("report"), await stage.count("receipt"), await stage.count("outbox")) == (1, 1, 2)


async def test_a_hundred_at_once_make_one_report(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.send(report()) for _ in range(100)))
    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert (await stage.count("report"), await stage.count("outbox")) == (1, 2)


async def test_another_body_under_a_known_id_is_a_conflict_that_leaves_the_first_alone(stage: Stage) -> None:
    first = await stage.send(report())
    other = await stage.send(report(version=2))
    assert (other.status_code, other.json()["code"]) == (409, "id-conflict")
    assert other.headers["location"] != first.headers["location"]
    kept = await stage.ask("GET", other.headers["location"], key="lgsp")
    assert (kept.json()["state"], kept.json()["problems"][0]["code"]) == ("rejected", "id-conflict")
    assert (await stage.ask("GET", first.headers["location"], key="lgsp")).json()["state"] == "accepted"
    again = await stage.send(report(version=2))
    assert again.headers["location"] == other.headers["location"]


async def test_two_bodies_under_one_id_at_once_for_two_agencies_end_as_one_report_and_one_conflict(stage: Stage) -> None:
    bodies = [report(agency=agency) for agency in ("ha-nam.phu-ly", "ha-nam.duy-tien")] * 10
    answers = await asyncio.gather(*(stage.send(body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200, 201, 409}
    assert (await stage.count("report"), await stage.count("receipt")) == (1, 2)


async def test_the_same_version_with_another_body_is_a_conflict(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    answer = await stage.send(report(values={"giai-ngan": 1}), id_="b")
    assert (answer.status_code, answer.json()["code"]) == (409, "version-conflict")
    assert answer.json()["errors"][0]["pointer"] == "/version"


async def test_the_same_version_with_the_same_content_under_another_id_counts_once(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    answer = await stage.send(report(agency="347", values={"giai-ngan": 55.50}), id_="b")
    assert answer.status_code == 201, answer.text
    assert [note["code"] for note in answer.json()["notes"]] == ["version-held"]
    assert await stage.count("report") == 1
    assert [type_ for type_, _, _ in await stage.told()].count("report-submitted") == 1


async def test_everything_that_is_wrong_is_said_at_once_and_the_receipt_is_kept(stage: Stage) -> None:
    answer = await stage.send(report(agency="nobody", version="2", values={"giai-ngan": "55,5", "no-such": 1, "an-toan": -1}))
    problem = answer.json()
    assert answer.status_code == 422
    assert {(error["code"], error["pointer"]) for error in problem["errors"]} == {
        ("field-wrong-type", "/version"),
        ("value-is-text", "/values/giai-ngan"),
        ("agency-unknown", "/agency"),
        ("criterion-unknown", "/values/no-such"),
        ("value-negative", "/values/an-toan"),
    }
    assert all(error["mend_vi"] and error["mend_en"] and error["detail_vi"] for error in problem["errors"])
    kept = (await stage.ask("GET", answer.headers["location"], key="lgsp")).json()
    assert kept["state"] == "rejected"
    assert len(kept["problems"]) == 5
    (told,) = await stage.told("receipts.lgsp")
    assert (told[0], told[1]) == ("report-rejected", "lgsp")


async def test_a_rejected_report_sent_again_gets_the_same_answer(stage: Stage) -> None:
    first, second = await stage.send(b"{"), await stage.send(b"{")
    assert first.status_code == second.status_code == 400
    assert first.headers["location"] == second.headers["location"]
    assert await stage.count("receipt") == 1


async def test_a_cloud_event_is_taken_in_binary_and_in_structured_mode(stage: Stage) -> None:
    binary = await stage.send(
        report(), id_=None, **{"ce-id": "e-1", "ce-specversion": "1.0", "ce-source": "/x", "ce-type": "vn.thidua.report-sent.v1"}
    )
    event = {"id": "e-2", "specversion": "1.0", "source": "/x", "type": "vn.thidua.report-sent.v1", "data": report(version=2)}
    structured = await stage.send(event, id_=None, **{"content-type": "application/cloudevents+json"})
    assert (binary.status_code, structured.status_code) == (201, 201), structured.text
    assert (binary.json()["event_id"], structured.json()["event_id"]) == ("e-1", "e-2")


async def test_without_an_id_a_report_is_refused_and_nothing_is_kept(stage: Stage) -> None:
    answer = await stage.send(report(), id_=None)
    assert (answer.status_code, answer.json()["code"]) == (422, "id-missing")
    assert await stage.count("receipt") == 0


async def test_a_source_sends_only_for_agencies_that_its_key_reaches(stage: Stage) -> None:
    await stage.pool.execute("UPDATE access_key SET agencies = '{ha-nam.duy-tien}' WHERE source = 'lgsp'")
    answer = await stage.send(report())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (403, "/agency")
    assert (await stage.send(report(agency="349"), id_="b")).status_code == 201


async def test_a_key_of_another_role_sends_nothing(stage: Stage) -> None:
    answer = await stage.send(report(), key="observer")
    assert (answer.status_code, answer.json()["code"]) == (403, "access-role-missing")


async def test_the_source_s_own_code_means_the_agency(stage: Stage) -> None:
    await stage.pool.execute("INSERT INTO source_code VALUES ('lgsp', 'H42.1', 'ha-nam.duy-tien')")
    answer = await stage.send(report(agency="H42.1"))
    assert answer.json()["agency"] == "ha-nam.duy-tien"
    assert (await stage.send(report(agency="H42.1"), key="other")).json()["code"] == "agency-unknown"
