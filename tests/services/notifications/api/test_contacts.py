"""Contacts and notices over HTTP: an address is set and seen by those who keep it, and no list shows it."""

import httpx
import pytest

from tests.services.notifications.stage import DUY_TIEN, PHU_LY, Stage, heard

CONTACT = {"email": "vanthu@phuly.example", "language": "vi"}
Headers = dict[str, str]


@pytest.fixture
async def operator(stage: Stage) -> Headers:
    return await stage.give_key("operator-1", "operator")


async def test_a_contact_is_set_shown_and_changed(client: httpx.AsyncClient, operator: Headers) -> None:
    path = f"/v1/contacts/{PHU_LY}"
    assert (await client.get(path, headers=operator)).json()["code"] == "contact-unknown"
    made = await client.put(path, json=CONTACT, headers=operator)
    assert made.status_code == 200
    assert (await client.get(path, headers=operator)).json() == made.json()
    assert made.json() == {"agency": PHU_LY, **CONTACT, "changed_at": "2023-09-01T12:00:00Z"}
    changed = await client.put(path, json={"email": "other@phuly.example", "language": "en"}, headers=operator)
    assert changed.json()["language"] == "en"


LONG = "x" * 65 + "@b.example"
NO_ADDRESSES = ("", "nobody", "a@", "@b", "a@b\r\nBcc: x@y", "a b@c.example", "a@b.example,c@d.example", "<a@b.example>", "a@-b", LONG)


@pytest.mark.parametrize("email", NO_ADDRESSES)
async def test_what_is_no_address_is_refused(client: httpx.AsyncClient, operator: Headers, email: str) -> None:
    answer = await client.put(f"/v1/contacts/{PHU_LY}", json={"email": email}, headers=operator)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/email"


async def test_a_key_of_narrow_reach_sets_no_other_agency_s_contact(stage: Stage, client: httpx.AsyncClient) -> None:
    key = await stage.give_key("phu-ly", "standing-body", agencies=[PHU_LY])
    assert (await client.put(f"/v1/contacts/{PHU_LY}", json=CONTACT, headers=key)).status_code == 200
    assert (await client.put(f"/v1/contacts/{DUY_TIEN}", json=CONTACT, headers=key)).status_code == 403
    assert (await client.get(f"/v1/contacts/{DUY_TIEN}", headers=key)).status_code == 403


async def test_notices_are_listed_page_by_page_by_agency_and_state_and_without_addresses(
    stage: Stage, client: httpx.AsyncClient, operator: Headers
) -> None:
    await client.put(f"/v1/contacts/{PHU_LY}", json=CONTACT, headers=operator)
    await stage.tell(heard("award-proposed"), heard("award-decided"), heard("award-decided", agency=DUY_TIEN))
    first = await client.get("/v1/notices", params={"limit": 2}, headers=operator)
    second = await client.get("/v1/notices", params={"limit": 2, "after": first.json()["next"]}, headers=operator)
    notices = [*first.json()["items"], *second.json()["items"]]
    assert [(notice["kind"], notice["agency"], notice["state"]) for notice in notices] == [
        ("award-proposed", PHU_LY, "pending"),
        ("award-decided", PHU_LY, "pending"),
        ("award-decided", DUY_TIEN, "pending"),
    ]
    assert "@" not in first.text
    mine = await client.get("/v1/notices", params={"agency": DUY_TIEN, "state": "pending"}, headers=operator)
    assert len(mine.json()["items"]) == 1
    assert (await client.get("/v1/notices", params={"state": "sent"}, headers=operator)).json()["items"] == []
    assert (await client.get("/v1/notices", params={"state": "lost"}, headers=operator)).status_code == 422


async def test_notices_beyond_a_key_s_reach_are_not_listed(stage: Stage, client: httpx.AsyncClient) -> None:
    key = await stage.give_key("phu-ly", "observer", agencies=[PHU_LY], movements=["ha-nam-315"])
    await stage.tell(heard("award-decided"), heard("award-decided", agency=DUY_TIEN), heard("award-decided", movement="papi"))
    items = (await client.get("/v1/notices", headers=key)).json()["items"]
    assert [(notice["agency"], notice["movement"]) for notice in items] == [(PHU_LY, "ha-nam-315")]
    assert (await client.get("/v1/notices", params={"agency": DUY_TIEN}, headers=key)).status_code == 403
