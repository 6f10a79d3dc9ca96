"""Dead letters as an operator meets them: found, shown, replayed, dropped; and what a redelivery does to them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.messaging import dead_letters
from shared.messaging.dead_letters import DeadLetterUnknown, Search, State
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import NOON, Word, read_word, words

REFUSED = Word(id="r", key="k1", number=7, wish="reject")


async def mended(_new: Sequence[Word]) -> None:
    """The handler after the bug was mended."""


async def bury_one(stage: Stage) -> int:
    """Let one word become a dead letter; returns its number."""
    await stage.send([REFUSED])
    async with stage.running([stage.consumer()]):
        await stage.until_committed(1)
    ((number),) = [letter.number for letter in await dead_letters.find(stage.pool, Search())]
    return number


async def test_a_dead_letter_is_found_by_what_is_asked_and_shown_whole(stage: Stage) -> None:
    number = await bury_one(stage)
    assert [letter.number for letter in await dead_letters.find(stage.pool, Search(code="word-refused", topic=stage.topic))] == [number]
    for other in (Search(code="internal"), Search(topic="x"), Search(consumer="x"), Search(after=number), Search(until=NOON)):
        assert await dead_letters.find(stage.pool, other) == []
    whole = await dead_letters.show(stage.pool, number)
    assert read_word(whole.record) == REFUSED
    with pytest.raises(DeadLetterUnknown):
        await dead_letters.show(stage.pool, 999)


async def test_replay_applies_the_record_once_and_closes_its_letter(stage: Stage) -> None:
    number = await bury_one(stage)
    for _ in range(2):
        assert await dead_letters.replay(stage.pool, stage.transactions(), stage.consumer(mended), number) is None
    assert await stage.effects() == [("k1", 7)]
    assert (await stage.count("outbox"), await stage.count("inbox")) == (1, 1)
    (letter,) = await stage.letters()
    assert (letter["state"], letter["closed_because"]) == ("applied", "replayed")


async def test_replay_that_fails_again_says_why_and_leaves_nothing_behind(stage: Stage) -> None:
    number = await bury_one(stage)
    failure = await dead_letters.replay(stage.pool, stage.transactions(), stage.consumer(), number)
    assert failure is not None
    assert failure.code == "word-refused"
    (letter,) = await stage.letters()
    assert (letter["state"], letter["attempts"]) == ("open", 2)
    assert (await stage.count("effect"), await stage.count("inbox"), await stage.count("outbox")) == (0, 0, 0)


@pytest.mark.parametrize("dropped", [False, True])
async def test_a_redelivery_of_an_open_or_dropped_one_is_no_duplicate(stage: Stage, dropped: bool) -> None:
    number = await bury_one(stage)
    if dropped:
        assert await dead_letters.drop(stage.pool, number, datetime.now(UTC), "not wanted")
    await stage.send([REFUSED])
    async with stage.running([stage.consumer(mended)]):
        await stage.until_committed(2)
    assert await stage.effects() == [("k1", 7)]
    (letter,) = await stage.letters()
    assert (letter["state"], letter["closed_because"]) == ("applied", "delivered again")
    assert not await dead_letters.drop(stage.pool, number, datetime.now(UTC), "too late")


async def test_the_same_record_read_again_is_another_attempt_not_another_letter(stage: Stage) -> None:
    await bury_one(stage)
    await stage.rewind()
    async with stage.running([stage.consumer()]):
        await stage.until_committed(1)
    (letter,) = await stage.letters()
    assert (letter["state"], letter["attempts"]) == ("open", 2)


async def test_closed_letters_are_forgotten_in_bounded_steps_and_open_ones_never(stage: Stage) -> None:
    refused = [Word(id=f"r{n}", key="k", number=n, wish="reject") for n in range(6)]
    await stage.send([*refused, *words(2)])
    async with stage.running([stage.consumer()]):
        await stage.until_committed(8)
    for letter in await stage.letters():
        if letter["number"] % 2:
            await dead_letters.drop(stage.pool, letter["number"], NOON, "not wanted")
    after = NOON.replace(hour=13)
    assert [await dead_letters.prune(stage.pool, after, 2) for _ in range(3)] == [2, 1, 0]
    assert {letter["state"] for letter in await stage.letters()} == {State.OPEN}
