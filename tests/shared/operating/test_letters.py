"""A dead letter as an operator meets it: found, read, tried, applied once, or dropped; the same by commands and over HTTP."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest

from tests.shared.messaging.words import Word
from tests.shared.operating.stage import Desk

POISON = Word(id="p", key="k1", number=7, wish="reject")
DAY = timedelta(days=1)


async def test_a_poison_record_is_found_read_and_applied_once_when_its_cause_is_gone(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    listed = await desk.command("dead-letters", "list")
    assert (listed.exit_code, f"{number}  open" in listed.stdout, "word-refused: p is refused" in listed.stdout) == (0, True, True)
    (found,) = (await desk.ask("GET", "/v1/dead-letters")).json()["items"]
    assert (found["number"], found["consumer"], found["code"]) == (number, desk.stage.name, "word-refused")
    whole = (await desk.ask("GET", f"/v1/dead-letters/{number}")).json()
    assert (base64.b64decode(whole["value"]["base64"]), whole["key"]["text"]) == (POISON.written(), "k1")
    again = await desk.ask("POST", f"/v1/dead-letters/{number}/replay")
    assert (again.status_code, again.json()["code"]) == (409, "dead-letter-fails-again")
    failed = await desk.command("dead-letters", "replay", str(number))
    assert (failed.exit_code, "failed-again  word-refused: p is refused" in failed.stdout) == (5, True)
    desk.mended = True
    for _ in range(2):
        assert (await desk.command("dead-letters", "replay", str(number))).exit_code == 0
        assert (await desk.ask("POST", f"/v1/dead-letters/{number}/replay")).json()["state"] == "applied"
    assert await desk.stage.effects() == [("k1", 7)]
    assert (await desk.stage.count("outbox"), await desk.stage.count("inbox")) == (1, 1)
    (letter,) = await desk.stage.letters()
    assert (letter["attempts"], letter["closed_because"]) == (3, "replayed by operator-command")


async def test_many_replays_at_the_same_time_apply_it_once(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    desk.mended = True
    answers = await asyncio.gather(*(desk.ask("POST", f"/v1/dead-letters/{number}/replay") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await desk.stage.effects() == [("k1", 7)]
    assert await desk.stage.count("outbox") == 1


async def test_a_dry_run_says_what_would_come_of_it_and_leaves_everything_as_it_was(desk: Desk) -> None:
    numbers = await desk.bury(POISON, b"garbage")
    desk.mended = True
    before = await desk.stage.letters()
    tried = await desk.lines("dead-letters", "replay", "--all", "--dry-run")
    assert [(each["number"], each["outcome"]) for each in tried] == [(numbers[0], "would-apply"), (numbers[1], "would-fail")]
    assert [each["outcome"] for each in await desk.lines("dead-letters", "drop", "--all", "--dry-run", "--reason", "x")] == [
        "would-drop"
    ] * 2
    assert await desk.stage.letters() == before
    assert [await desk.stage.count(table) for table in ("effect", "inbox", "outbox")] == [0, 0, 0]


async def test_a_dry_run_over_http_answers_as_the_real_one_would_and_leaves_everything_as_it_was(desk: Desk) -> None:
    good, garbage = await desk.bury(POISON, b"garbage")
    desk.mended = True
    before = await desk.stage.letters()
    answers = [await desk.ask("POST", f"/v1/dead-letters/{number}/replay?dry_run=true") for number in (good, garbage)]
    answers.append(await desk.ask("POST", f"/v1/dead-letters/{good}/drop?dry_run=true", json={"reason": "x"}))
    assert [answer.status_code for answer in answers] == [200, 409, 200]
    assert await desk.stage.letters() == before
    assert [await desk.stage.count(table) for table in ("effect", "inbox", "outbox")] == [0, 0, 0]


async def test_a_dropped_one_keeps_its_first_reason_and_is_applied_when_it_is_delivered_again(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    dropped = await desk.ask("POST", f"/v1/dead-letters/{number}/drop", json={"reason": "sent by mistake"})
    assert (dropped.json()["state"], dropped.json()["closed_because"]) == ("dropped", "operator: sent by mistake")
    assert (await desk.command("dead-letters", "drop", str(number), "--reason", "another")).exit_code == 0
    assert (await desk.ask("GET", f"/v1/dead-letters/{number}")).json()["closed_because"] == "operator: sent by mistake"
    assert (await desk.command("dead-letters", "list")).stdout == ""
    desk.mended = True
    await desk.stage.send([POISON], partition=0)
    async with desk.stage.running([desk.consumer]):
        await desk.stage.until_committed(2)
    assert await desk.stage.effects() == [("k1", 7)]
    late = await desk.ask("POST", f"/v1/dead-letters/{number}/drop", json={"reason": "too late"})
    assert (late.status_code, late.json()["code"]) == (409, "dead-letter-applied")
    assert (await desk.command("dead-letters", "drop", str(number), "--reason", "too late")).exit_code == 5


async def test_a_dropped_one_can_be_replayed_after_all(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    await desk.command("dead-letters", "drop", str(number), "--reason", "x")
    desk.mended = True
    done = await desk.lines("dead-letters", "replay", "--state", "dropped", "--all")
    assert [each["outcome"] for each in done] == ["applied"]
    assert await desk.stage.effects() == [("k1", 7)]


async def test_a_drop_without_a_reason_is_refused(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    assert (await desk.ask("POST", f"/v1/dead-letters/{number}/drop", json={"reason": ""})).status_code == 422
    assert (await desk.command("dead-letters", "drop", str(number))).exit_code == 2
    assert [letter["state"] for letter in await desk.stage.letters()] == ["open"]


async def test_filters_find_what_they_say_by_commands_and_over_http(desk: Desk) -> None:
    numbers = await desk.bury(POISON, b"garbage", Word(id="q/1", key="k", number=1, wish="poison"))
    now = datetime.now(UTC)
    wanted: list[tuple[dict[str, str], list[int]]] = [
        ({"code": "word-refused"}, [0]),
        ({"code": "internal", "consumer": desk.stage.name}, [2]),
        ({"text": "NOT A word"}, [1]),
        ({"id": "q"}, [2]),
        ({"topic": desk.stage.topic, "since": f"{now - DAY:%Y-%m-%dT%H:%M:%SZ}", "until": f"{now + DAY:%Y-%m-%dT%H:%M:%SZ}"}, [0, 1, 2]),
        ({"until": f"{now - DAY:%Y-%m-%dT%H:%M:%SZ}"}, []),
        ({"consumer": "another"}, []),
        ({"state": "dropped"}, []),
        ({"state": "all"}, [0, 1, 2]),
    ]
    for asked, places in wanted:
        options = [part for name, value in asked.items() for part in (f"--{name}", value)]
        expected = [numbers[place] for place in places]
        assert [each["number"] for each in await desk.lines("dead-letters", "list", *options)] == expected, asked
        answer = await desk.ask("GET", "/v1/dead-letters", params=asked)
        assert [each["number"] for each in answer.json()["items"]] == expected, asked


async def test_lists_go_on_page_by_page_and_a_limit_tells_that_more_are_left(desk: Desk) -> None:
    numbers = await desk.bury(*(Word(id=f"r{n}", key="k", number=n, wish="reject") for n in range(5)))
    first = (await desk.ask("GET", "/v1/dead-letters", params={"limit": 3})).json()
    rest = (await desk.ask("GET", "/v1/dead-letters", params={"limit": 3, "after": first["next"]})).json()
    assert ([each["number"] for each in first["items"] + rest["items"]], rest["next"]) == (numbers, None)
    assert (await desk.ask("GET", "/v1/dead-letters", params={"after": "x"})).json()["code"] == "cursor-invalid"
    listed = await desk.command("dead-letters", "list", "--limit", "3", "--after", str(numbers[0]))
    assert (listed.exit_code, len(listed.stdout.splitlines())) == (6, 3)
    desk.mended = True
    done = await desk.command("dead-letters", "replay", "--code", "word-refused", "--limit", "2")
    assert (done.exit_code, "2 of 2 dead letters: 2 applied" in done.stderr) == (6, True)
    assert [number for _, number in await desk.stage.effects()] == [0, 1]


async def test_of_many_those_that_can_be_applied_are_and_the_others_are_named(desk: Desk) -> None:
    await desk.bury(*(b"garbage" if n % 3 == 0 else Word(id=f"r{n}", key="k", number=n, wish="reject") for n in range(9)))
    desk.mended = True
    done = await desk.command("dead-letters", "replay", "--all")
    assert (done.exit_code, done.stdout.count("failed-again  data-invalid: not a word")) == (5, 3)
    assert "9 of 9 dead letters: 6 applied, 3 failed-again" in done.stderr
    assert [number for _, number in await desk.stage.effects()] == [1, 2, 4, 5, 7, 8]
    assert (await desk.command("dead-letters", "drop", "--code", "data-invalid", "--reason", "garbage")).exit_code == 0
    assert (await desk.command("dead-letters", "replay", "--all")).exit_code == 0


@pytest.mark.parametrize(
    "words", [["replay"], ["drop", "--reason", "x"], ["replay", "1", "--all"], ["replay", "1", "--code", "internal"], ["replay", "0"]]
)
async def test_deciding_asks_for_numbers_or_filters_and_takes_nothing_for_all(desk: Desk, words: list[str]) -> None:
    assert (await desk.command("dead-letters", *words)).exit_code == 2


async def test_a_number_that_no_dead_letter_has_is_said_in_a_sentence(desk: Desk) -> None:
    for words in (["show", "999"], ["replay", "999"], ["drop", "999", "--reason", "x"]):
        done = await desk.command("dead-letters", *words)
        assert (done.exit_code, str(done.exception)) == (1, "there is no dead letter 999")
    for method, path in (("GET", ""), ("POST", "/replay")):
        assert (await desk.ask(method, f"/v1/dead-letters/999{path}")).json()["code"] == "dead-letter-unknown"
    assert (await desk.ask("GET", f"/v1/dead-letters/{2**63}")).status_code == 422


async def test_a_letter_of_a_consumer_that_is_no_more_is_named_and_left(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    await desk.stage.pool.execute("UPDATE dead_letter SET consumer = 'former'")
    desk.mended = True
    assert "no consumer former any more" in (await desk.ask("POST", f"/v1/dead-letters/{number}/replay")).json()["detail_en"]
    assert (await desk.command("dead-letters", "replay", str(number), "--dry-run")).exit_code == 5
    assert [letter["state"] for letter in await desk.stage.letters()] == ["open"]


async def test_a_batch_that_was_kept_whole_is_never_read_as_a_record(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    await desk.stage.pool.execute("UPDATE dead_letter SET code = 'batch-undecodable'")
    desk.mended = True
    for _ in range(2):
        assert (await desk.command("dead-letters", "replay", str(number))).exit_code == 5
    assert [(letter["state"], letter["code"]) for letter in await desk.stage.letters()] == [("open", "batch-undecodable")]


async def test_what_fails_for_a_passing_cause_is_tried_again_and_never_noted(desk: Desk) -> None:
    (number,) = await desk.bury(POISON)
    desk.mended, desk.away = True, 3
    answer = await desk.ask("POST", f"/v1/dead-letters/{number}/replay")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert [(letter["state"], letter["attempts"]) for letter in await desk.stage.letters()] == [("open", 1)]
    desk.away = 2
    assert (await desk.command("dead-letters", "replay", str(number))).exit_code == 0
    assert await desk.stage.effects() == [("k1", 7)]


async def test_what_a_sender_wrote_can_not_steer_the_terminal_that_shows_it(desk: Desk) -> None:
    (number,) = await desk.bury(b"\x1b[2Jgarbage\r")
    shown = await desk.command("dead-letters", "show", str(number))
    assert (shown.exit_code, "garbage" in shown.stdout, "\x1b" in shown.stdout, "\r" in shown.stdout) == (0, True, False, False)
    whole = (await desk.lines("dead-letters", "show", str(number)))[0]
    assert base64.b64decode(whole["value"]["base64"]) == b"\x1b[2Jgarbage\r"


@pytest.mark.parametrize(("key", "status"), [("observer", 403), ("bounded", 403), ("nobody", 401)])
async def test_only_an_operator_for_everything_is_let_in(desk: Desk, key: str, status: int) -> None:
    for method, path in (
        ("GET", "/v1/dead-letters"),
        ("GET", "/v1/dead-letters/1"),
        ("POST", "/v1/dead-letters/1/replay"),
        ("GET", "/v1/consumers"),
        ("POST", f"/v1/consumers/{desk.stage.name}/resume"),
    ):
        assert (await desk.ask(method, path, key=key)).status_code == status, path
    assert (await desk.ask("POST", "/v1/dead-letters/1/drop", key=key, json={"reason": "x"})).status_code == status
