"""Where the contract is kept as files, and how a schema is written: `make documents` writes what has grown."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from shared.events import CATALOGUE, INTAKE, Fact
from tests.contracts.growth import Schema, breaks

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
SCHEMAS = HERE / "schemas"

FACTS: dict[str, type[Fact]] = {name: fact for topic in CATALOGUE for name, fact in topic.facts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One example of an event, as it lies on its topic."""

    name: str
    topic: str
    key: str
    headers: dict[str, str]
    data: dict[str, object]

    @property
    def value(self) -> bytes:
        """The data as the bytes that are on the topic."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()


def golden(name: str) -> Golden:
    """Read the example of one event."""
    return Golden(name=name, **json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")))


def schema_of(name: str) -> Schema:
    """Write the schema from the code: as integrators send it on intake, as we write it elsewhere."""
    fact = FACTS[name]
    return fact.model_json_schema(mode="validation" if name in INTAKE.facts else "serialization")


def committed_schema(name: str) -> Schema:
    """Read the schema that consumers have."""
    return cast("Schema", json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def write_schemas() -> list[str]:
    """Write every schema that has grown; return what would break a consumer and was therefore not written."""
    refused: list[str] = []
    for name in FACTS:
        file = SCHEMAS / f"{name}.json"
        current = schema_of(name)
        broken = breaks(committed_schema(name), current) if file.exists() else []
        refused += [f"{name}{sentence}" for sentence in broken]
        if not broken:
            file.write_text(json.dumps(current, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return refused
