"""What the checker judges by: the senders' log, the topics and the tables, as anyone could read them with plain clients.

Promise: nothing of the code under test is imported here, so that no fault of it can hide itself.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[str, int, int]
PREFIX, SUFFIX = "vn.thidua.", ".v1"


class Expected(StrEnum):
    """What must become of what was sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EITHER = "either"  # of a period that is being closed: taken before the close, refused after it


@dataclass(slots=True, kw_only=True)
class Sent:
    """One line of the senders' log. `id` is empty where the sender gave none, and is then the record's place."""

    source: str
    id: str
    body: bytes
    expected: Expected
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One record as it lies on a topic; `data` is None where it is not JSON."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Mapping[str, str]
    value: bytes
    data: Row | None

    @property
    def place(self) -> Place:
        """Where it lies; no two records share it."""
        return self.topic, self.partition, self.offset

    @property
    def identity(self) -> tuple[str, str] | None:
        """Source and id of the event; None where the record carries none."""
        source, id_ = self.headers.get("ce_source"), self.headers.get("ce_id")
        return (source, id_) if source and id_ else None

    @property
    def name(self) -> str:
        """Short name of the event; empty where the record is none of ours."""
        type_ = self.headers.get("ce_type", "")
        is_ours = type_.startswith(PREFIX) and type_.endswith(SUFFIX) and self.data is not None
        return type_.removeprefix(PREFIX).removesuffix(SUFFIX) if is_ours else ""


def seen(
    topic: str, partition: int, offset: int, key: bytes | None, headers: Iterable[tuple[str, bytes | None]], value: bytes | None
) -> Seen:
    """Take over a record, whatever bytes it holds."""
    texts = {name: text.decode(errors="replace") for name, text in headers if text is not None}
    return Seen(
        topic=topic,
        partition=partition,
        offset=offset,
        key=(key or b"").decode(errors="replace"),
        headers=texts,
        value=value or b"",
        data=_json_object(value),
    )


def _json_object(value: bytes | None) -> Row | None:
    try:
        data = json.loads(value or b"")
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything at one quiet moment. `tables` by schema.table; `committed` by group, topic and partition."""

    sent: Sequence[Sent]
    seen: Sequence[Seen]
    tables: Mapping[str, Sequence[Row]]
    committed: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
