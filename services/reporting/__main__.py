"""`python -m services.reporting [serve|migrate|publish|sources|keys|audit]`: commands do what HTTP does, by the same functions."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaError

from services.reporting.acts.access import Grant, add_key, add_source, name_agency, revoke_keys
from services.reporting.acts.publishing import Published, publish
from services.reporting.app import DIRECTORIES, NAME, build
from services.reporting.contract.acts_told import act_fact, link_hash
from services.reporting.contract.sentences import plan_in
from services.reporting.domain.drafts import CODE_LENGTH_MAX
from services.reporting.settings import ReportingSettings
from services.reporting.store.registry import acts_after
from shared.audit import Chain, Reads, Verified, audit_commands
from shared.events import REGISTRY, SOURCE_TOPICS
from shared.events.fields import ActRecorded
from shared.events.registry import Role
from shared.foundation import kafka_settings
from shared.messaging import KafkaSettings, Rejected, WantedTopic, make_topics
from shared.service import CommandFailed, Service, command_line, run_on

T = TypeVar("T")
OPERATOR = "operator-command"
TOPIC_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
SOURCE_LENGTH_MAX = 200

Name = Annotated[str, typer.Argument(help="Name of the source; its topics are intake.NAME and receipts.NAME.")]
Key = Annotated[str | None, typer.Option(help="The key itself; without it one is drawn and shown once.")]
Movements = Annotated[list[str] | None, typer.Option("--movements", help="Movements it reaches, comma between; all without it.")]
Agencies = Annotated[list[str] | None, typer.Option("--agencies", help="Agencies it reaches, each with those below it; all without it.")]
Expires = Annotated[datetime | None, typer.Option(help="Until when it is good, for example 2027-12-31; read as UTC.")]

main = command_line(NAME, build, ReportingSettings, DIRECTORIES)
sources = typer.Typer(help="Sources: who sends reports.", no_args_is_help=True)
keys = typer.Typer(help="Access keys: who may do what.", no_args_is_help=True)
main.add_typer(sources, name="sources")
main.add_typer(keys, name="keys")


async def acts(reads: Reads, sequence: int, limit: int) -> Sequence[ActRecorded]:
    """The record of acts, on from a place."""
    return [act_fact(link) for link in await acts_after(reads, sequence, limit)]


def audited(check: Callable[[Reads, KafkaSettings], Awaitable[Verified]]) -> Verified:
    """Check on the service's database and broker."""
    return run_on(build, ReportingSettings, lambda service: check(service.foundation.pool, service.operated.kafka()))


CHAIN = Chain(service=NAME, topic=REGISTRY.name, acts_after=acts, hash_of=link_hash)
main.add_typer(audit_commands(CHAIN, audited), name="audit")


@main.command("publish")
def publish_(
    plan: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The plan, in YAML.")],
    reason: Annotated[str | None, typer.Option(help="Why a used plan changes.")] = None,
) -> None:
    """Publish a plan; the same again changes nothing."""
    read = plan_in(plan.read_bytes())

    async def act(service: Service) -> Published:
        return await publish(service.foundation.transactions, read, actor=OPERATOR, reason=reason)

    done = run(act)
    said = "published" if done.is_new else "was published before"
    typer.echo(f"{done.movement}: version {done.plan_version} {said} ({done.plan_hash})")


@sources.command("add")
def add_source_(name: Name, key: Key = None, movements: Movements = None, agencies: Agencies = None, expires: Expires = None) -> None:
    """Give a source its topics and its key; repeated, it gives what is missing. The last line is the key."""
    if not name or len(name) > SOURCE_LENGTH_MAX or set(name) - TOPIC_LETTERS:
        raise CommandFailed(f"a source's name has 1 to {SOURCE_LENGTH_MAX} of the letters a-z A-Z 0-9 . _ -: {name[:60]!r} has not")
    grant = Grant(
        name=name, roles=(Role.SOURCE,), source=name, movements=split(movements), agencies=split(agencies), expires_at=in_utc(expires)
    )

    async def act(service: Service) -> str | None:
        await make_source_topics(service, name)
        return await add_source(service.foundation.transactions, grant, key)

    given = run(act)
    typer.echo(f"source {name}: topics {', '.join(topic.named(name) for topic in SOURCE_TOPICS)}")
    typer.echo(given if given is not None else "it has a key already, which is shown once only; give another one with --key or `keys add`")


async def make_source_topics(service: Service, name: str) -> None:
    """Make the topics of a source where they are missing."""
    settings = service.foundation.settings
    if not isinstance(settings, ReportingSettings):
        raise TypeError("reporting is built from its own settings")
    wanted = [WantedTopic(name=topic.named(name), partitions=settings.source_partitions, config=topic.config) for topic in SOURCE_TOPICS]
    try:
        await make_topics(kafka_settings(NAME, settings), wanted, replication=settings.source_replication)
    except (KafkaError, Rejected, TimeoutError) as error:
        raise CommandFailed(
            f"the topics of {name} can not be made on {settings.kafka_bootstrap}: {error or type(error).__name__}"
        ) from error


@sources.command("map")
def map_code(
    name: Name, code: Annotated[str, typer.Option(help="What the source calls it.")], agency: Annotated[str, typer.Option()]
) -> None:
    """Note what a source calls an agency."""
    if not 0 < len(code) <= CODE_LENGTH_MAX or not code.isprintable():
        raise CommandFailed(f"a code has 1 to {CODE_LENGTH_MAX} printable characters")

    async def act(service: Service) -> bool:
        return await name_agency(service.foundation.transactions, name, code, agency)

    typer.echo(f"{name}: {code} is {agency}" if run(act) else f"{name}: {code} was {agency} before")


@keys.command("add")
def add_key_(
    role: Annotated[list[Role], typer.Option(help="What its holder may do; may be given several times.")],
    name: Annotated[str, typer.Option(help="Stands for the holder in the record of acts and in logs.")],
    key: Key = None,
    source: Annotated[str | None, typer.Option(help="The source it sends for, with the role source.")] = None,
    movements: Movements = None,
    agencies: Agencies = None,
    expires: Expires = None,
) -> None:
    """Make a key. The last line is the key; it is kept nowhere."""
    grant = Grant(
        name=name, roles=tuple(role), source=source, movements=split(movements), agencies=split(agencies), expires_at=in_utc(expires)
    )

    async def act(service: Service) -> str:
        return await add_key(service.foundation.transactions, grant, key)

    typer.echo(run(act))


@keys.command("revoke")
def revoke(name: Annotated[str, typer.Option(help="Every key of this name is revoked.")]) -> None:
    """Revoke the keys of a name."""

    async def act(service: Service) -> int:
        return await revoke_keys(service.foundation.transactions, name)

    typer.echo(f"{name}: {run(act)} revoked")


def run(action: Callable[[Service], Awaitable[T]]) -> T:
    """Run an action on the service's database."""
    return run_on(build, ReportingSettings, action)


def split(given: list[str] | None) -> tuple[str, ...] | None:
    """Codes, given several times or with commas between; none means all."""
    codes = tuple(code.strip() for each in given or () for code in each.split(",") if code.strip())
    return codes or None


def in_utc(instant: datetime | None) -> datetime | None:
    """An instant given without an offset is in UTC."""
    return None if instant is None else instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


if __name__ == "__main__":
    main()
