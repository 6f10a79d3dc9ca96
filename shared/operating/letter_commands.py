"""`dead-letters list|show|replay|drop`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from shared.messaging import dead_letters
from shared.messaging.dead_letters import PAGE_MAX, DeadLetter, DeadLetterUnknown, Search
from shared.operating import deciding
from shared.operating.deciding import AskedState, Decided
from shared.operating.documents import letter_document, whole_document
from shared.operating.operated import Operated, Run
from shared.operating.outcomes import CommandFailed, Ending
from shared.operating.printing import Tally, letter_line, say, tell, whole_lines

BY = "operator-command"
LIMIT_MAX = 10_000
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
Decide = Callable[[Operated, DeadLetter], Awaitable[Decided]]

Numbers = Annotated[list[int] | None, typer.Argument(min=1, help="Numbers of dead letters; without any, the filters choose.")]
ConsumerName = Annotated[str | None, typer.Option(help="Who could not apply it, for example scoring.reports.")]
Code = Annotated[str | None, typer.Option(help="Why, as a code: internal, data-invalid …")]
Text = Annotated[str | None, typer.Option(help="Part of the reason, in whatever case.")]
Topic = Annotated[str | None, typer.Option(help="The topic that it came from.")]
EventId = Annotated[str | None, typer.Option("--id", help="Id of the event.")]
State = Annotated[AskedState, typer.Option(help="What became of it.")]
Since = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Found at this instant or later; UTC unless it says otherwise.")]
Until = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Found before this instant.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and leave everything as it is.")]
All = Annotated[bool, typer.Option("--all", help="All that are open; asked for where neither numbers nor filters are given.")]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many; exit code 6 where more are left.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The letters that a command is about, and whether the limit left some out."""

    letters: Sequence[DeadLetter]
    more: bool


def letter_commands(run: Run) -> typer.Typer:
    """Make the commands."""
    commands = typer.Typer(help="Records that could not be applied: find, read, replay or drop them.", no_args_is_help=True)
    _reading(commands, run)
    _replaying(commands, run)
    _dropping(commands, run)
    return commands


def _reading(commands: typer.Typer, run: Run) -> None:
    @commands.command("list")
    def list_(
        consumer: ConsumerName = None,
        code: Code = None,
        text: Text = None,
        topic: Topic = None,
        id_: EventId = None,
        state: State = AskedState.OPEN,
        since: Since = None,
        until: Until = None,
        after: Annotated[int, typer.Option(min=0, help="Only numbers above this one.")] = 0,
        limit: Limit = 100,
        as_json: AsJson = False,
    ) -> None:
        """List dead letters, oldest first."""
        search = searched(consumer, code, text, topic, id_, state, since, until)
        chosen = run(lambda operated: found(operated, replace(search, after=after), limit))
        for letter in chosen.letters:
            say(letter_document(letter).model_dump_json() if as_json else letter_line(letter))
        end(all_done=True, more=chosen.more)

    @commands.command("show")
    def show_(number: Annotated[int, typer.Argument(min=1)], as_json: AsJson = False) -> None:
        """Show a dead letter whole: its record byte for byte, and the trace of what went wrong."""
        whole = whole_document(run(lambda operated: whole_of(operated, number)))
        say(whole.model_dump_json() if as_json else "\n".join(whole_lines(whole)))


def _replaying(commands: typer.Typer, run: Run) -> None:
    @commands.command("replay")
    def replay_(
        numbers: Numbers = None,
        consumer: ConsumerName = None,
        code: Code = None,
        text: Text = None,
        topic: Topic = None,
        id_: EventId = None,
        state: State = AskedState.OPEN,
        since: Since = None,
        until: Until = None,
        all_: All = False,
        limit: Limit = 1_000,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Apply records now, by the same code that could not; exit code 5 where one fails again. A repeat changes nothing."""
        search = searched(consumer, code, text, topic, id_, state, since, until)
        demand_choice(numbers, search, all_)
        decide = partial(deciding.replay, by=BY, dry_run=dry_run)
        run(lambda operated: decide_all(operated, numbers, search, limit, decide, as_json=as_json))


def _dropping(commands: typer.Typer, run: Run) -> None:
    @commands.command("drop")
    def drop_(
        reason: Annotated[str, typer.Option(help="Why; it is kept with the letter.")],
        numbers: Numbers = None,
        consumer: ConsumerName = None,
        code: Code = None,
        text: Text = None,
        topic: Topic = None,
        id_: EventId = None,
        since: Since = None,
        until: Until = None,
        all_: All = False,
        limit: Limit = 1_000,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Close dead letters without applying them; an event that is delivered again is applied all the same."""
        search = searched(consumer, code, text, topic, id_, AskedState.OPEN, since, until)
        demand_choice(numbers, search, all_)
        decide = partial(deciding.drop, by=BY, reason=reason, dry_run=dry_run)
        run(lambda operated: decide_all(operated, numbers, search, limit, decide, as_json=as_json))


def searched(
    consumer: str | None,
    code: str | None,
    text: str | None,
    topic: str | None,
    id_: str | None,
    state: AskedState,
    since: datetime | None,
    until: datetime | None,
) -> Search:
    """What the options ask for."""
    return Search(consumer=consumer, code=code, text=text, topic=topic, id=id_, state=state.state, since=in_utc(since), until=in_utc(until))


def in_utc(instant: datetime | None) -> datetime | None:
    """An instant given without an offset is in UTC."""
    return None if instant is None else instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def demand_choice(numbers: list[int] | None, search: Search, all_: bool) -> None:
    """Refuse to decide on everything because somebody forgot to say on what."""
    chosen = any((search.consumer, search.code, search.text, search.topic, search.id, search.since, search.until))
    if not (numbers or chosen or all_):
        raise typer.BadParameter("say which: numbers, filters, or --all")
    if numbers and (chosen or all_):
        raise typer.BadParameter("say which by numbers or by filters, not by both")


async def whole_of(operated: Operated, number: int) -> dead_letters.DeadLetterWhole:
    """Read a dead letter; raises CommandFailed."""
    try:
        return await dead_letters.show(operated.pool, number)
    except DeadLetterUnknown as error:
        raise CommandFailed(str(error)) from error


async def found(operated: Operated, search: Search, limit: int) -> Chosen:
    """Read page after page up to the limit, and one more to know whether there is more."""
    letters: list[DeadLetter] = []
    while len(letters) <= limit:
        rows_max = min(limit + 1 - len(letters), PAGE_MAX)
        page = await dead_letters.find(operated.pool, replace(search, rows_max=rows_max))
        letters += page
        if len(page) < rows_max:
            break
        search = replace(search, after=page[-1].number)
    return Chosen(letters=letters[:limit], more=len(letters) > limit)


async def decide_all(operated: Operated, numbers: list[int] | None, search: Search, limit: int, decide: Decide, *, as_json: bool) -> None:
    """Decide on one letter after the other, in the order in which they were found; what is done stays done, whatever comes after."""
    if numbers:
        chosen = Chosen(letters=[(await whole_of(operated, number)).letter for number in sorted(set(numbers))], more=False)
    else:
        chosen = await found(operated, search, limit)
    tally = Tally(len(chosen.letters), as_json=as_json)
    try:
        for letter in chosen.letters:
            tally.add(await decide(operated, letter))
    finally:
        tally.close()
    end(all_done=tally.all_done, more=chosen.more)


def end(*, all_done: bool, more: bool) -> None:
    """End with a code that says what is left."""
    if more:
        tell("more are left: a higher --limit, or the same again")
    ending = Ending.SOME_NOT_DONE if not all_done else Ending.MORE_ARE_LEFT if more else Ending.DONE
    if ending is not Ending.DONE:
        raise typer.Exit(ending)
