"""The contract as documents under `docs/`, made from the code: `python -m tests.contracts.made` writes them, a test holds them equal."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from deploy.local.places import CHECKOUT
from shared.events import CATALOGUE, Fact
from shared.events.topics import FOR_EVER, Topic
from shared.plan.json_schema import printed
from tests.contracts.asyncapi import asyncapi
from tests.contracts.documents import golden, write_schemas
from tests.contracts.errors import errors_pages
from tests.contracts.metrics import metrics_page
from tests.docs.services import SERVICES, application

DOCS = CHECKOUT / "docs"
WIDTH = 140


def documents() -> Iterator[tuple[Path, str]]:
    """Give each document with its place."""
    yield DOCS / "asyncapi.yaml", yaml.safe_dump(asyncapi(), allow_unicode=True, sort_keys=False, width=WIDTH)
    yield DOCS / "events.md", events_page()
    yield DOCS / "plan.schema.json", printed()
    yield DOCS / "metrics.md", metrics_page()
    for name, page in errors_pages():
        yield DOCS / "errors" / name, page
    for service in SERVICES:
        text = json.dumps(application(service).openapi(), ensure_ascii=False, indent=1)
        yield DOCS / "openapi" / f"{service}.json", text + "\n"


def events_page() -> str:
    """Write every event with its fields, for people."""
    lines = [
        "# The events",
        "",
        "Made from [shared/events](../shared/events) by `make documents`; for programs there is [asyncapi.yaml](asyncapi.yaml).",
        "CloudEvents 1.0 in binary mode: attributes in `ce_*` headers, the fact as JSON in the value.",
        "How to subscribe: [downstream](downstream.md).",
        "",
    ]
    for topic in CATALOGUE:
        lines += topic_lines(topic)
    return "\n".join(lines)


def topic_lines(topic: Topic) -> Iterator[str]:
    """Write one topic."""
    kept = "for ever" if topic.retention_ms == FOR_EVER else "30 days"
    yield from (f"## `{topic.name}`", "", f"Written by {topic.producer}. Key: {topic.key}. Kept {kept}.", "")
    for name, fact in topic.facts.items():
        yield from event_lines(name, fact)


def event_lines(name: str, fact: type[Fact]) -> Iterator[str]:
    """Write one event: what it says, its fields, an example."""
    yield from (f"### {name}", "", (fact.__doc__ or "").strip(), "", "| field | | meaning |", "|---|---|---|")
    for field, told in fact.model_fields.items():
        need = "always" if told.is_required() else "may be left out"
        yield f"| `{field}` | {need} | {(told.description or '').replace('|', chr(92) + '|')} |"
    example = golden(name)
    yield from ("", "```json", json.dumps(example.data, ensure_ascii=False, indent=2), "```", "")


def main() -> int:
    """Write schemas and documents; a schema that would break a consumer is refused."""
    refused = write_schemas()
    made = dict(documents())
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for stale in {*(DOCS / "errors").glob("*.md"), *(DOCS / "openapi").glob("*.json")} - made.keys():
        stale.unlink()
    print("\n".join(refused), end="\n" if refused else "")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
