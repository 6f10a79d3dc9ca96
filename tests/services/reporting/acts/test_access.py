"""Keys and sources: told to every service by digest, good at once here, revoked for good; a source's codes go with its agencies."""

from datetime import UTC, datetime

import pytest

from services.reporting.acts.access import Grant, add_key, add_source, name_agency, revoke_keys
from shared.events.registry import Role
from shared.http.access import digest_of
from shared.http.problems import Problem
from tests.services.reporting.stage import Stage, report


async def test_a_key_opens_at_once_and_is_told_by_its_digest_alone(stage: Stage) -> None:
    grant = Grant(name="new", roles=(Role.OBSERVER,), expires_at=datetime(2030, 1, 1, tzinfo=UTC))
    key = await add_key(stage.foundation.transactions, grant, None)
    stage.keys["new"] = key
    assert (await stage.ask("GET", "/v1/movements", key="new")).status_code == 200
    ((type_, on, data),) = await stage.told("registry")
    assert (type_, on, data["key_digest"], data["roles"]) == ("access-changed", "access", digest_of(key).hex(), ["observer"])
    assert key not in str(data)


async def test_a_key_of_ones_own_choice_is_changed_when_given_again(stage: Stage) -> None:
    transactions = stage.foundation.transactions
    for role in (Role.OBSERVER, Role.COUNCIL):
        assert await add_key(transactions, Grant(name="own", roles=(role,)), "demo-key") == "demo-key"
    roles = await stage.pool.fetchval("SELECT roles FROM access_key WHERE name = 'own'")
    assert roles == ["council"]


async def test_a_revoked_key_opens_nothing(stage: Stage) -> None:
    assert await revoke_keys(stage.foundation.transactions, "key-observer") == 1
    assert (await stage.ask("GET", "/v1/movements", key="observer")).status_code == 401
    assert await revoke_keys(stage.foundation.transactions, "key-observer") == 0
    assert [data["revoked_at"] for _, _, data in await stage.told("registry")] == ["2023-07-01T02:00:00Z"]


async def test_a_source_that_is_added_again_keeps_its_key(stage: Stage) -> None:
    grant = Grant(name="lgsp", roles=(Role.SOURCE,), source="lgsp")
    assert await add_source(stage.foundation.transactions, grant, None) is None
    assert (await stage.send(report())).status_code == 201


async def test_a_key_for_a_source_that_is_not_registered_is_refused(stage: Stage) -> None:
    for grant, code in (
        (Grant(name="x", roles=(Role.SOURCE,), source="stranger"), "source-unknown"),
        (Grant(name="x", roles=(Role.SOURCE,)), "field-missing"),
    ):
        with pytest.raises(Problem) as refused:
            await add_key(stage.foundation.transactions, grant, None)
        assert refused.value.code == code


async def test_a_second_key_of_a_source_works_beside_the_first(stage: Stage) -> None:
    grant = Grant(name="lgsp-2", roles=(Role.SOURCE,), source="lgsp")
    stage.keys["second"] = await add_key(stage.foundation.transactions, grant, None)
    first, again = await stage.send(report()), await stage.send(report(), key="second")
    assert (first.status_code, again.status_code) == (201, 200)


async def test_what_a_source_calls_an_agency_is_told_with_the_agency(stage: Stage) -> None:
    transactions = stage.foundation.transactions
    assert await name_agency(transactions, "lgsp", "H42.1", "ha-nam.phu-ly") is True
    assert await name_agency(transactions, "lgsp", "H42.1", "ha-nam.phu-ly") is False
    ((type_, key, data),) = await stage.told("registry")
    assert (type_, key, data["source_codes"]) == ("agency-changed", "ha-nam.phu-ly", {"lgsp": ["H42.1"]})
    assert (await stage.send(report(agency="H42.1"))).json()["agency"] == "ha-nam.phu-ly"
    with pytest.raises(Problem) as refused:
        await name_agency(transactions, "stranger", "x", "nobody")
    assert [fault.code for fault in refused.value.faults] == ["agency-unknown", "source-unknown"]
