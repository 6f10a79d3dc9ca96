"""The event of these tests: a word, which says what its handler is to do with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.messaging import Announcement, Lock, LockKind, Record, Rejected, Transaction

NOON = datetime(2023, 7, 1, 12, tzinfo=UTC)
Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The event of these tests: `wish` says what the handler is to do with it."""

    id: str
    key: str
    number: int
    wish: str = "apply"

    def written(self) -> bytes:
        """Write it as the record's value."""
        return json.dumps({"id": self.id, "key": self.key, "number": self.number, "wish": self.wish}).encode()


def words(count: int, *, keys: int = 5, start: int = 0, wish: str = "apply") -> list[Word]:
    """Number words, each key's in order."""
    return [Word(id=f"w{n}", key=f"k{n % keys}", number=n, wish=wish) for n in range(start, start + count)]


def read_word(record: Record) -> Word:
    """Read the record's value; garbage is rejected, and the wish `unreadable` raises."""
    try:
        word = Word(**json.loads(record.value or b""))
    except (ValueError, TypeError) as error:
        raise Rejected("data-invalid", "not a word") from error
    if word.wish == "unreadable":
        raise RuntimeError("the reader has a bug")
    return word


def record_for(value: bytes | None, *, offset: int = 0, topic: str = "t", headers: Headers = ()) -> Record:
    """Make a record as a consumer reads it."""
    return Record(topic=topic, partition=0, offset=offset, appended_at=NOON, key=b"k", value=value, headers=tuple(headers))


def lock_of(word: Word) -> Lock:
    """The lock that orders the word's key."""
    return Lock(LockKind.AGENCY, word.key)


def announcement_of(word: Word, topic: str) -> Announcement:
    """Announce a word as an event of this stage."""
    headers = (("ce_source", b"/stage"), ("ce_subject", word.key.encode()), ("ce_time", b"2023-07-01T00:00:00Z"))
    return Announcement(
        topic=topic, key=word.key, lock=lock_of(word), type="stage.word.v1", id=word.id, headers=headers, value=word.written()
    )


async def store(transaction: Transaction, new: Sequence[Word]) -> None:
    """Write one row for each word. Nothing but the inbox keeps a word from being written twice."""
    columns = ([word.key for word in new], [word.id for word in new], [word.number for word in new])
    await transaction.connection.execute(
        "INSERT INTO effect (key, id, number) SELECT * FROM unnest($1::text[], $2::text[], $3::integer[])", *columns
    )


async def grant(new: Sequence[Word]) -> None:
    """Do what the words wish."""
    for word in new:
        if word.wish == "reject":
            raise Rejected("word-refused", f"{word.id} is refused")
        if word.wish == "poison":
            raise ValueError(f"{word.id} makes the code raise")


def in_order_per_key(seen: Sequence[tuple[str, int]]) -> bool:
    """Tell whether first occurrences rise for each key."""
    highest: dict[str, int] = {}
    known: set[tuple[str, int]] = set()
    for key, number in seen:
        if (key, number) in known:
            continue
        if number < highest.get(key, -1):
            return False
        highest[key] = number
        known.add((key, number))
    return True
