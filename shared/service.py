"""One way to be run for every service: `python -m services.<name>` with `serve`, `migrate` and the service's own commands.

Whatever keeps a command from working is said in one sentence on standard error. Exit codes: 0 done, 1 failed,
2 settings or arguments are wrong, 3 the schema is behind, ahead or changed, 4 the port is taken; of a command on many things
5 that some could not be done, 6 that more are left; 7 the record of acts was tampered with.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import typer

from shared.database import SchemaUnfit, migrate
from shared.foundation import Foundation, Service, foundation
from shared.garbage import collect_seldom
from shared.http.problems import Problem
from shared.http.server import PortTaken
from shared.logging import configure_logging
from shared.messaging import is_transient
from shared.operating import CommandFailed, Operated, mount
from shared.serving import PartDied, opened, serve
from shared.settings import LogLevel, ServiceSettings, SettingsWrong, load_settings

__all__ = ["CommandFailed", "CommandLine", "Foundation", "Service", "command_line", "foundation", "opened", "run_on", "serve"]

S = TypeVar("S", bound=ServiceSettings)
T = TypeVar("T")


class CommandLine(typer.Typer):
    """Shows one sentence instead of a traceback for everything that can be expected to go wrong."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that was asked for, and exit."""
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
            code, sentence = told
            typer.echo(sentence, err=True)
            sys.exit(code)


def _told(error: Exception) -> tuple[int, str] | None:
    """Give the exit code and the sentence for an expected error; None for a fault of ours."""
    match error:
        case SettingsWrong():
            return 2, str(error)
        case SchemaUnfit():
            return 3, str(error)
        case PortTaken():
            return 4, str(error)
        case CommandFailed() | PartDied() | asyncpg.PostgresError():
            return 1, str(error)
        case Problem():
            return 1, "\n".join(f"{each.pointer or '/'}: {each.detail_en} {each.mend_en} ({each.code})" for each in error.faults)
        case _ if is_transient(error):
            return 1, f"the database or the broker does not answer ({type(error).__name__}: {error}): start it, or mend its address"
        case _:
            return None


def command_line(name: str, build: Callable[[S], Service], settings_class: type[S], directories: Sequence[Path]) -> CommandLine:
    """Make `serve` (also when nothing is said), `migrate`, `dead-letters` and `consumers`; __main__ adds its own commands and calls it."""
    told = f"The service {name}. Its settings are environment variables {name.upper()}_…; a wrong one is named."
    commands = CommandLine(name=f"services.{name}", help=told, add_completion=False, pretty_exceptions_enable=False)

    @commands.callback(invoke_without_command=True)
    def default(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            serve_()

    @commands.command("serve")
    def serve_() -> None:
        """Run the service until SIGTERM or SIGINT (the default)."""
        settings = load_settings(settings_class)
        configure_logging(name, settings.log_level)
        run(_serve(build, settings))

    @commands.command("migrate")
    def migrate_() -> None:
        """Bring the service's schema up to date; safe to repeat."""
        settings = load_settings(settings_class)
        url = (settings.migration_url or settings.database_url).get_secret_value()
        applied = run(migrate(url, name, directories))
        typer.echo(f"{name}: applied {', '.join(applied)}" if applied else f"{name}: nothing to apply")

    def act(action: Callable[[Operated], Awaitable[T]]) -> T:
        return run_on(build, settings_class, lambda service: action(service.operated))

    mount(commands, act)
    return commands


async def _serve(build: Callable[[S], Service], settings: S) -> None:
    await serve(build(settings))


def run_on(build: Callable[[S], Service], settings_class: type[S], action: Callable[[Service], Awaitable[T]]) -> T:
    """Run an operator's action on the service's database; logs go to standard error, so that what it prints can be read by programs."""
    settings = load_settings(settings_class)
    configure_logging(settings_class.__name__.removesuffix("Settings").lower(), LogLevel.WARNING, sys.stderr)

    async def act() -> T:
        async with opened(build(settings)) as service:
            return await action(service)

    return run(act())


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run on the quick event loop where the platform has it."""
    collect_seldom()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
