"""The runtime as a whole, on a real broker and a real database."""

from tests.shared.messaging.stage import Stage, in_order_per_key, words


async def test_every_word_is_applied_once_announced_once_and_in_order(stage: Stage) -> None:
    await stage.send(words(500))
    async with stage.running([stage.consumer()]):
        await stage.until_effects(500)
        await stage.until_committed(500)
        await stage.until_relayed()
    assert sorted(number for _, number in await stage.effects()) == list(range(500))
    announced = await stage.announced()
    assert sorted(number for _, number in announced) == list(range(500))
    assert in_order_per_key(announced)
