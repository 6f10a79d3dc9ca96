"""What is taken apart here is what the client library reads; what can not be taken apart comes whole."""

import struct

import pytest
from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from shared.operating.raw import BatchBroken, batch_at, records_in, unreadable

PLACE = TopicPartition("intake.lgsp", 2)
RECORDS = [
    (b"k", b"value", [("name", b"v"), ("null", None)]),
    (None, None, []),
    ("Hà Nam".encode(), b"x" * 70_000, [("tên", b"\xff")]),
]


def written(codec: int = 0, *, base: int = 100) -> bytes:
    """A batch as a producer writes it, at an offset as a broker gives it."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1_000_000)
    for place, (key, value, headers) in enumerate(RECORDS):
        builder.append(place, 1_688_169_600_000 + place, key, value, headers)
    batch = bytearray(builder.build())
    struct.pack_into(">q", batch, 0, base)
    return bytes(batch)


def signed(batch: bytes) -> bytes:
    """The batch with the checksum that belongs to it."""
    return batch[:17] + struct.pack(">I", calc_crc32c(batch[21:])) + batch[21:]


@pytest.mark.parametrize("codec", range(5), ids=["plain", "gzip", "snappy", "lz4", "zstd"])
def test_a_batch_in_any_codec_is_taken_apart_as_the_client_library_reads_it(codec: int) -> None:
    batch = written(codec)
    ours = [(each.offset, each.timestamp, each.key, each.value, list(each.headers)) for each in records_in(batch, PLACE)]
    library = [(each.offset, each.timestamp, each.key, each.value, list(each.headers)) for each in DefaultRecordBatch(batch)]
    assert ours == library
    assert len(ours) == len(RECORDS)


def test_the_instant_of_a_topic_that_the_broker_stamps_is_the_batches_own() -> None:
    batch = bytearray(written())
    struct.pack_into(">h", batch, 21, 8)
    struct.pack_into(">q", batch, 35, 1_700_000_000_000)
    assert {each.timestamp for each in records_in(signed(bytes(batch)), PLACE)} == {1_700_000_000_000}


def test_the_batch_that_holds_an_offset_is_found_among_several() -> None:
    data = written(base=100) + written(base=103) + written(base=110)
    assert [batch_at(data, offset)[1] for offset in (100, 102, 103, 106, 112)] == [102, 102, 105, 112, 112]
    with pytest.raises(BatchBroken):
        batch_at(data, 113)


def test_a_header_name_that_is_not_utf8_costs_no_byte_of_its_record() -> None:
    batch = signed(written().replace(b"name", b"\xff\xfea\x00"))
    found = unreadable(PLACE, batch, 100, "why")
    assert (found.goes_on_at, found.whole_batch, found.record.offset) == (101, False, 100)
    assert [name.encode("utf-8", "surrogateescape") for name, _ in found.record.headers] == [b"\xff\xfea\x00", b"null"]


@pytest.mark.parametrize(
    "broken",
    [
        written()[:-1] + b"!",
        signed(written()[:61] + b"\xff" * (len(written()) - 61)),
        signed(written()[:22] + b"\x07" + written()[23:]),
        signed(written(1)[:70] + b"\x00" * (len(written(1)) - 70)),
    ],
    ids=["checksum", "records", "codec", "gzip"],
)
def test_a_batch_that_can_not_be_taken_apart_comes_whole(broken: bytes) -> None:
    found = unreadable(PLACE, broken, 101, "why")
    assert (found.whole_batch, found.record.offset, found.goes_on_at, found.record.value) == (True, 101, 103, broken)
