"""Subscriptions over HTTP: only one's own, only to addresses that are allowed, and the secret is told once."""

from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tests.services.notifications.api.conftest import Builds, client_of, courier_of
from tests.services.notifications.receiver import receiving
from tests.services.notifications.stage import DUY_TIEN, PHU_LY, Stage, heard, report

Headers = dict[str, str]
URL = "https://93.184.216.34/hook"


@pytest.fixture
async def observer(stage: Stage) -> Headers:
    return await stage.give_key("observer-1", "observer")


async def subscribe(client: httpx.AsyncClient, key: Headers, **asked: object) -> dict[str, Any]:
    answer = await client.post("/v1/subscriptions", json={"url": URL, **asked}, headers=key)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_secret_is_told_once_and_can_sign(client: httpx.AsyncClient, observer: Headers) -> None:
    made = await subscribe(client, observer, types=["award-decided"])
    assert made["secret"].startswith("whsec_")
    Webhook(made["secret"])
    shown = await client.get(f"/v1/subscriptions/{made['id']}", headers=observer)
    listed = await client.get("/v1/subscriptions", headers=observer)
    assert shown.json() == {name: value for name, value in made.items() if name != "secret"}
    assert listed.json()["items"] == [shown.json()]
    assert "whsec_" not in shown.text + listed.text


async def test_two_subscriptions_have_two_secrets(client: httpx.AsyncClient, observer: Headers) -> None:
    assert (await subscribe(client, observer))["secret"] != (await subscribe(client, observer))["secret"]


async def test_nobody_sees_or_ends_another_s_subscription(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    made = await subscribe(client, observer)
    other = await stage.give_key("observer-2", "observer", "operator")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/deliveries")):
        answer = await client.request(method, f"/v1/subscriptions/{made['id']}{path}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "subscription-unknown")
    assert (await client.get("/v1/subscriptions", headers=other)).json()["items"] == []


async def test_a_subscription_that_was_ended_is_gone(client: httpx.AsyncClient, observer: Headers) -> None:
    made = await subscribe(client, observer)
    path = f"/v1/subscriptions/{made['id']}"
    assert (await client.delete(path, headers=observer)).status_code == 204
    assert (await client.get(path, headers=observer)).status_code == 404
    assert (await client.delete(path, headers=observer)).status_code == 404


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://receiver.example/", "webhook-url-invalid"),
        ("receiver.example/hook", "webhook-url-invalid"),
        ("https://", "webhook-url-invalid"),
        ("https://user:password@93.184.216.34/", "webhook-url-invalid"),
        ("https://93.184.216.34/#part", "webhook-url-invalid"),
        ("https://93.184.216.34:0/", "webhook-url-invalid"),
        ("https://93.184.216.34:x/", "webhook-url-invalid"),
        ("https://93.184.216.34/\r\nX-Evil: 1", "webhook-url-invalid"),
        ("https://[::1", "webhook-url-invalid"),
        ("http://93.184.216.34/", "webhook-url-invalid"),
        ("https://127.0.0.1/", "webhook-address-private"),
        ("https://localhost/", "webhook-address-private"),
        ("https://10.1.2.3/", "webhook-address-private"),
        ("https://169.254.169.254/latest/meta-data", "webhook-address-private"),
        ("https://[::ffff:10.0.0.1]/", "webhook-address-private"),
        ("https://2130706433/", "webhook-address-private"),
        ("https://no-such-host.invalid/", "webhook-host-unknown"),
    ],
)
async def test_a_receiver_that_is_not_allowed_is_refused(stage: Stage, builds: Builds, observer: Headers, url: str, code: str) -> None:
    service = builds()
    await service.foundation.pool
    async with client_of(service) as client:
        answer = await client.post("/v1/subscriptions", json={"url": url}, headers=observer)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/url"


async def test_private_and_plain_receivers_are_allowed_where_the_installation_says_so(client: httpx.AsyncClient, observer: Headers) -> None:
    await subscribe(client, observer, url="http://127.0.0.1:8080/hook")


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"types": ["award-decided", "award-eaten"]}, "type-unknown", "/types/1"),
        ({"types": []}, "list-empty", "/types"),
        ({"secret": "mine"}, "field-unknown", "/secret"),
        ({"sandbox": "maybe"}, "field-wrong-type", "/sandbox"),
        ({"after": "garbage"}, "cursor-invalid", ""),
    ],
)
async def test_what_is_asked_wrongly_is_told_with_its_place(
    client: httpx.AsyncClient, observer: Headers, asked: dict[str, object], code: str, pointer: str
) -> None:
    answer = await client.post("/v1/subscriptions", json={"url": URL, **asked}, headers=observer)
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_nobody_subscribes_beyond_its_reach(stage: Stage, client: httpx.AsyncClient) -> None:
    key = await stage.give_key("phu-ly", "observer", agencies=[PHU_LY], movements=["ha-nam-315"])
    for asked in ({"agencies": [PHU_LY, DUY_TIEN]}, {"movements": ["papi"]}):
        answer = await client.post("/v1/subscriptions", json={"url": URL, **asked}, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "access-out-of-scope")


async def test_an_owner_has_a_bounded_number_of_subscriptions(stage: Stage, builds: Builds, observer: Headers) -> None:
    service = builds(webhook_subscriptions=2)
    await service.foundation.pool
    async with client_of(service) as client:
        for _ in range(2):
            await subscribe(client, observer)
        answer = await client.post("/v1/subscriptions", json={"url": URL}, headers=observer)
        assert (answer.status_code, answer.json()["code"]) == (409, "too-many-subscriptions")
        await subscribe(client, await stage.give_key("observer-2", "observer"))


async def test_subscriptions_are_listed_page_by_page(client: httpx.AsyncClient, observer: Headers) -> None:
    made = sorted([(await subscribe(client, observer))["id"] for _ in range(3)])
    first = (await client.get("/v1/subscriptions", params={"limit": 2}, headers=observer)).json()
    second = (await client.get("/v1/subscriptions", params={"limit": 2, "after": first["next"]}, headers=observer)).json()
    assert [item["id"] for item in (*first["items"], *second["items"])] == made
    assert second["next"] is None


async def test_deliveries_tell_what_was_tried_and_a_new_subscription_can_begin_at_an_old_one_s_cursor(
    stage: Stage, builds: Builds, observer: Headers
) -> None:
    service = builds(webhook_allow_private=True)
    await service.foundation.pool
    courier = courier_of(service)
    async with client_of(service) as client, receiving() as receiver:
        made = await subscribe(client, observer, url=receiver.url)
        await stage.tell(report(id_="1"), heard("award-decided", id_="2"))
        while await courier.work():
            pass
        deliveries = (await client.get(f"/v1/subscriptions/{made['id']}/deliveries", headers=observer)).json()["items"]
        assert [(each["event"], each["outcome"], each["status"]) for each in deliveries] == [
            ("2", "delivered", 204),
            ("1", "delivered", 204),
        ]
        again = await subscribe(client, observer, url=receiver.url, after=made["cursor"])
        while await courier.work():
            pass
        assert receiver.ids == ["1", "2", "1", "2"]
        assert again["state"] == "active"
