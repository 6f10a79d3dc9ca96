"""The page on messaging: its example runs as it stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import shared.messaging
from shared.database import load_queries
from shared.messaging import Announcement, Consumer, Lock, LockKind
from shared.messaging.outbox import HEADER_COLUMNS, ROW_COLUMNS, SAME_HEADERS, headers_sent
from tests.docs.pages import blocks, page, tables
from tests.shared.messaging.stage import Stage

PAGE = page("docs/messaging.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """The event of the example."""

    id: str
    to: str
    text: str


def answer_to(topic: str, greeting: Greeting) -> Announcement:
    """What the example announces."""
    return Announcement(
        topic=topic,
        key=greeting.to,
        lock=Lock(LockKind.AGENCY, greeting.to),
        type="example.answered.v1",
        id=f"answer-{greeting.id}",
        headers=(),
        value=b"{}",
    )


def consumer_of_the_page(stage: Stage, folder: Path) -> Consumer[Greeting]:
    """Run the example's code, with its statements and with the stage's topics."""
    (sql,), (code,) = blocks(PAGE, "sql"), blocks(PAGE, "python")
    (folder / "queries.sql").write_text(sql, encoding="utf-8")
    names: dict[str, object] = {name: getattr(shared.messaging, name) for name in shared.messaging.__all__}
    names |= {"Sequence": Sequence, "Greeting": Greeting, "QUERIES": load_queries(folder / "queries.sql")}
    names |= {"answer_to": lambda greeting: answer_to(stage.out, greeting)}
    code = code.replace('"greetings"', f'"{stage.topic}"').replace('"example.greetings"', f'"{stage.name}"')
    exec(compile(code, "docs/messaging.md", "exec"), names)  # noqa: S102 - our own page
    consumer = names["CONSUMER"]
    assert isinstance(consumer, Consumer)
    return consumer


async def test_the_example_keeps_announces_and_buries(stage: Stage, tmp_path: Path) -> None:
    await stage.pool.execute("CREATE TABLE greeting (addressee text NOT NULL, words text NOT NULL)")
    await stage.send([b"xin ch\xc3\xa0o", b"", b"hello"], partition=0)
    async with stage.running([consumer_of_the_page(stage, tmp_path)]):
        await stage.until_committed(3)
        await stage.until_relayed()
    rows = await stage.pool.fetch("SELECT words FROM greeting ORDER BY words")
    assert [row["words"] for row in rows] == ["hello", "xin chào"]
    assert [letter["code"] for letter in await stage.letters()] == ["greeting-empty"]
    assert len(await stage.records(stage.out)) == 2


def test_the_connector_on_the_page_writes_every_header_and_key_that_the_relay_writes() -> None:
    """What it really sends was seen once with the connector itself; this holds the page to the code since."""
    (lines,) = blocks(PAGE, "properties")
    said = dict(line.split("=", 1) for line in lines.splitlines())
    placed = [each.split(":") for each in said["transforms.outbox.table.fields.additional.placement"].split(",")]
    inserted = {said[f"transforms.{name}.static.field"]: said[f"transforms.{name}.static.value"] for name in ("specversion", "contenttype")}
    columns = dict.fromkeys(HEADER_COLUMNS, "x")
    relayed = {name for name, _ in headers_sent("id", "type", columns)}
    assert {each[-1] if each[-1] != "header" else each[0] for each in placed} | inserted.keys() == relayed
    assert {name: value.encode() for name, value in inserted.items()} == dict(SAME_HEADERS)
    assert said["transforms.constants.headers"].split(",") == said["transforms.constants.fields"].split(",") == list(inserted)
    assert {each[0] for each in placed} | {"aggregatetype", "aggregateid", "payload"} == set(ROW_COLUMNS) - {"shard", "announced_at"}
    assert said["key.converter"] == "org.apache.kafka.connect.storage.StringConverter"
    names = said["transforms"].split(",")
    assert {name.split(".")[1] for name in said if name.startswith("transforms.")} == set(names)


@pytest.mark.parametrize(
    "name", sorted(set(shared.messaging.__all__) - {"CONNECTIONS_HELD", "LOCKS_MAX", "RECORD_BYTES_MAX", "Ends", "Wake"})
)
def test_every_public_name_is_on_the_page(name: str) -> None:
    (public, _) = tables(PAGE)
    assert any(name in row[0] or name in row[1] for row in public)
