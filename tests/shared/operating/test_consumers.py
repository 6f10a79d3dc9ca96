"""Consumers as an operator meets them: seen to have stopped themselves, and told to go on."""

from tests.shared.messaging.words import Word, words
from tests.shared.operating.stage import Desk


def broken_words(count: int) -> list[Word]:
    """Words that meet a bug of ours."""
    return [Word(id=f"b{n}", key="k0", number=1_000 + n, wish="poison") for n in range(count)]


async def test_a_consumer_that_stopped_itself_is_seen_and_goes_on_when_told(desk: Desk) -> None:
    name, stage = desk.stage.name, desk.stage
    await stage.send([*broken_words(6), *words(5)], partition=0)
    async with stage.running([desk.consumer]):
        await stage.until_missing(f"breaker {name}")
        (seen,) = await desk.lines("consumers", "list")
        assert (seen["state"], seen["open_dead_letters"], seen["topics"]) == ("stopped", 4, [stage.topic])
        assert (await desk.ask("GET", "/v1/consumers")).json()["items"] == [seen]
        assert "makes the code raise" in (await desk.command("consumers", "list")).stdout
        desk.mended = True
        resumed = (await desk.ask("POST", f"/v1/consumers/{name}/resume")).json()
        assert (resumed["state"], resumed["stopped_because"]) == ("running", None)
        await stage.until_committed(11)
    assert len(await stage.effects()) == 7
    assert (await desk.command("dead-letters", "replay", "--consumer", name)).exit_code == 0
    assert len(await stage.effects()) == 11


async def test_the_command_resumes_too_and_says_where_there_was_nothing_to_resume(desk: Desk) -> None:
    name = desk.stage.name
    await desk.stage.pool.execute("INSERT INTO breaker (consumer, opened_at, reason) VALUES ($1, now(), 'a bug')", name)
    first, second = await desk.command("consumers", "resume", name), await desk.command("consumers", "resume", name)
    assert (first.exit_code, f"{name}: goes on" in first.stdout) == (0, True)
    assert (second.exit_code, f"{name}: was not stopped" in second.stdout) == (0, True)


async def test_a_consumer_that_the_service_has_not_is_said_in_a_sentence(desk: Desk) -> None:
    done = await desk.command("consumers", "resume", "former")
    assert (done.exit_code, str(done.exception)) == (1, f"stage has no consumer former; there are {desk.stage.name}")
    assert (await desk.ask("POST", "/v1/consumers/former/resume")).json()["code"] == "consumer-unknown"
