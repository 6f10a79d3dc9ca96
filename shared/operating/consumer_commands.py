"""`consumers list|resume|stuck|skip`."""

from typing import Annotated, Any

import typer
from aiokafka import TopicPartition

from shared.messaging import Consumer
from shared.operating import running
from shared.operating.documents import ConsumerDocument, consumer_document, stuck_document
from shared.operating.letter_commands import BY, AsJson
from shared.operating.operated import Operated, Run
from shared.operating.outcomes import CommandFailed
from shared.operating.printing import one_line, say, table
from shared.operating.stuck import Skipped, Stuck, find_stuck, skip

Name = Annotated[str, typer.Argument(help="Name of the consumer, as `consumers list` shows it.")]


def consumer_commands(run: Run) -> typer.Typer:
    """Make the commands."""
    commands = typer.Typer(help="What the service hears by: see whether it runs, and let it go on.", no_args_is_help=True)
    _breakers(commands, run)
    _partitions(commands, run)
    return commands


def _breakers(commands: typer.Typer, run: Run) -> None:
    @commands.command("list")
    def list_(as_json: AsJson = False) -> None:
        """List consumers: what they hear, whether they have stopped themselves, how many dead letters wait."""
        found = [consumer_document(each) for each in run(running.standings)]
        rows = [("consumer", "state", "dead letters", "hears", ""), *map(consumer_row, found)]
        say("\n".join([each.model_dump_json() for each in found] if as_json else table(rows)))

    @commands.command("resume")
    def resume_(name: Name) -> None:
        """Let a consumer go on that stopped itself because our own code failed; repeated, it changes nothing."""

        async def act(operated: Operated) -> bool:
            return await running.resume(operated, known(operated, name).consumes.name, by=BY)

        say(f"{name}: goes on" if run(act) else f"{name}: was not stopped")


def _partitions(commands: typer.Typer, run: Run) -> None:
    @commands.command("stuck")
    def stuck_(as_json: AsJson = False) -> None:
        """Ask Kafka for partitions that stand before a record that can not be decoded."""

        async def act(operated: Operated) -> list[tuple[str, Stuck]]:
            return [(operated.name, each) for each in await find_stuck(operated, operated.consumers)]

        for service, each in run(act):
            say(stuck_document(each).model_dump_json() if as_json else stuck_lines(service, each))

    @commands.command("skip")
    def skip_(
        name: Name,
        topic: Annotated[str, typer.Option(help="The topic.")],
        partition: Annotated[int, typer.Option(min=0, help="The partition that is stuck.")],
        offset: Annotated[int, typer.Option(min=0, help="The record that can not be decoded.")],
        whole_batch: Annotated[bool, typer.Option("--whole-batch", help="Skip its batch where that can not be taken apart.")] = False,
    ) -> None:
        """Keep exactly the record that stops a partition as a dead letter, then let the consumer go on behind it."""

        async def act(operated: Operated) -> Skipped:
            place = TopicPartition(topic, partition)
            return await skip(operated, known(operated, name), place, offset, whole_batch=whole_batch)

        done = run(act)
        say(f"{done.record.coordinates} is kept as dead letter {done.letter}; {name} goes on at {done.goes_on_at}")


def known(operated: Operated, name: str) -> Consumer[Any]:
    """The consumer of this name; raises CommandFailed with the names that there are."""
    consumer = operated.consumer(name)
    if consumer is None:
        names = ", ".join(sorted(each.consumes.name for each in operated.consumers))
        raise CommandFailed(f"{operated.name} has no consumer {name}; there are {names}")
    return consumer


def consumer_row(one: ConsumerDocument) -> tuple[str, ...]:
    """A consumer as a row of the table."""
    stopped = f"since {one.stopped_at:%Y-%m-%dT%H:%M:%SZ}: {one_line(one.stopped_because or '')}" if one.stopped_at else ""
    return (one.name, one.state, str(one.open_dead_letters), one.pattern or ", ".join(one.topics), stopped)


def stuck_lines(service: str, stuck: Stuck) -> str:
    """What stands in the way, and the command that leads past it."""
    record, whole = stuck.found.record, " --whole-batch" if stuck.found.whole_batch else ""
    place = f"--topic {record.topic} --partition {record.partition} --offset {record.offset}"
    return (
        f"{stuck.consumer}  {record.coordinates}  {stuck.behind} waiting  {one_line(stuck.found.reason)}\n"
        f"  python -m services.{service} consumers skip {stuck.consumer} {place}{whole}"
    )
