"""Movements over HTTP: published as YAML or JSON, the same again changes nothing, a change needs a higher version and its reason."""

import json

import asyncpg
import pytest

from services.reporting.acts.access import Grant, add_key
from shared.events.registry import Role
from shared.plan.document import plan_document
from tests.services.reporting.stage import MOVEMENT, PLAN, Stage, plan

YAML = {"content-type": "application/yaml"}


async def publish(stage: Stage, text: str, **query: str) -> tuple[int, dict[str, object]]:
    """Publish a plan."""
    answer = await stage.ask("POST", "/v1/movements", headers=YAML, content=text.encode(), params=query)
    return answer.status_code, answer.json()


async def test_a_new_movement_is_told_with_its_agencies_before_it(stage: Stage) -> None:
    status, body = await publish(stage, PLAN.replace("thi-dua", "khac").replace("ha-nam.", "ninh-binh."))
    assert (status, body["movement"], body["plan_version"]) == (201, "khac", 1)
    told = await stage.told("registry")
    assert [type_ for type_, _, _ in told] == ["agency-changed"] * 3 + ["movement-published", "act-recorded"]
    assert [key for _, key, _ in told] == ["ninh-binh.phu-ly", "ninh-binh.duy-tien", "ninh-binh.so-tc", "khac", "reporting"]
    assert told[3][2]["plan"]["movement"] == "khac"


async def test_the_same_plan_again_changes_nothing_whatever_its_layout(stage: Stage) -> None:
    status, body = await publish(stage, "# a comment\n" + PLAN)
    answer = await stage.ask("POST", "/v1/movements", json=plan_document(plan()))
    assert (status, answer.status_code) == (200, 200)
    assert answer.json() == body
    assert await stage.told() == []


async def test_a_changed_plan_needs_a_higher_version_and_once_used_a_reason(stage: Stage) -> None:
    changed = PLAN.replace("maximum: 40", "maximum: 39").replace("cap: 40", "cap: 39")
    assert (await publish(stage, changed))[1]["code"] == "plan-already-published"
    higher = changed.replace("version: 1", "version: 2")
    assert (await publish(stage, higher))[1]["code"] == "reason-missing"
    status, body = await publish(stage, higher, reason="Sửa mức tối đa")
    assert (status, body["plan_version"]) == (201, 2)
    (published, act) = await stage.told("registry")
    assert (published[2]["plan_version"], act[2]["act"]["facts"]["reason"]) == (2, "Sửa mức tối đa")


async def test_a_plan_that_was_replaced_is_not_answered_as_if_it_were_in_force(stage: Stage) -> None:
    await publish(stage, PLAN.replace("version: 1", "version: 2"), reason="Sửa")
    status, body = await publish(stage, PLAN)
    assert (status, body["code"]) == (409, "plan-superseded")


async def test_a_new_plan_keeps_opened_periods_and_frozen_members(stage: Stage) -> None:
    renamed = PLAN.replace("version: 1", "version: 2").replace("code: 2023-q2", "code: 2023-h1").replace("ha-nam.so-tc", "ha-nam.so-nv")
    status, body = await publish(stage, renamed, reason="Đổi tên")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert (status, [error["code"] for error in errors]) == (409, ["plan-lacks-period", "plan-lacks-member"])
    assert "2023-q2" in errors[0]["detail_en"]
    assert "ha-nam.so-tc" in errors[1]["detail_en"]
    assert await stage.told() == []


async def test_every_fault_of_a_plan_is_named_with_its_line(stage: Stage) -> None:
    status, body = await publish(stage, PLAN.replace("total_places: 2", "total_places: many").replace("kind: points", "kind: magic"))
    assert (status, body["code"]) == (422, "plan-invalid")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert len(errors) >= 2
    assert all("Dòng" in error["detail_vi"] and "Line" in error["detail_en"] for error in errors)


@pytest.mark.parametrize(
    "text", ["null", PLAN.replace("A movement", '"A\\ud800"  #'), '"\\ud800": 1', PLAN.replace("2023-07-05", "9999-12-31")]
)
async def test_no_plan_is_too_strange_to_be_answered(stage: Stage, text: str) -> None:
    status, body = await publish(stage, text)
    assert (status, body["code"]) == (422, "plan-invalid")


@pytest.mark.parametrize(
    ("content", "type_", "code"), [(b"\xff", "application/yaml", "body-not-utf8"), (b"a", "text/plain", "content-type-unsupported")]
)
async def test_what_is_no_plan_at_all_is_refused(stage: Stage, content: bytes, type_: str, code: str) -> None:
    answer = await stage.ask("POST", "/v1/movements", headers={"content-type": type_}, content=content)
    assert answer.json()["code"] == code


async def test_only_standing_body_and_operator_publish(stage: Stage) -> None:
    for key, status in (("operator", 200), ("observer", 403), ("council", 403), ("lgsp", 403)):
        assert (await stage.ask("POST", "/v1/movements", key=key, headers=YAML, content=PLAN.encode())).status_code == status


async def test_a_movement_is_read_with_its_periods_and_states(stage: Stage) -> None:
    body = (await stage.ask("GET", f"/v1/movements/{MOVEMENT}", key="council")).json()
    assert [(period["period"], period["state"]) for period in body["periods"]] == [("2023-q2", "open"), ("2023-q3", "planned")]
    assert [item["movement"] for item in (await stage.ask("GET", "/v1/movements", key="lgsp")).json()["items"]] == [MOVEMENT]
    assert (await stage.ask("GET", "/v1/movements/nope")).status_code == 404


async def test_the_record_of_acts_is_not_for_a_key_of_some_movements(stage: Stage) -> None:
    grant = Grant(name="narrow", roles=(Role.OBSERVER,), movements=("other",))
    stage.keys["narrow"] = await add_key(stage.foundation.transactions, grant, None)
    answer = await stage.ask("GET", "/v1/acts", key="narrow")
    assert (answer.status_code, answer.json()["code"]) == (403, "access-out-of-scope")


async def test_the_record_of_acts_is_a_chain_that_can_be_read(stage: Stage) -> None:
    items = (await stage.ask("GET", "/v1/acts", key="observer")).json()["items"]
    assert [(item["sequence"], item["act"]["kind"]) for item in items] == [(1, "movement-published"), (2, "period-opened")]
    assert items[1]["previous_hash"] == items[0]["hash"]
    assert json.dumps(items)


@pytest.mark.parametrize("change", ["UPDATE act SET actor = 'nobody'", "DELETE FROM act"])
async def test_the_service_itself_can_not_change_the_record_of_acts(stage: Stage, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="only ever appended"):
        await stage.pool.execute(change)
