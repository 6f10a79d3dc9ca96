"""Everything that a sender can get wrong, each with the code and the place that both ways in answer with."""

import json
from dataclasses import dataclass, field

from tests.services.reporting.stage import report, written

LONG = "x" * 10_000


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One bad input. `code` and `pointer` are the first problem's; `headers` are beside the id."""

    name: str
    body: bytes
    code: str
    status: int
    pointer: str = ""
    headers: tuple[tuple[str, bytes], ...] = field(default=())
    id: str | None = None


def with_value(text: str) -> bytes:
    """A report whose value is written so."""
    return written(report(values={"giai-ngan": "HERE"})).replace(b'"HERE"', text.encode())


BAD = (
    Bad(name="not JSON", body=b"{movement: x", code="body-not-json", status=400),
    Bad(name="no body", body=b"", code="body-missing", status=400),
    Bad(name="wrong UTF-8", body=b'{"movement": "\xff\xfe"}', code="body-not-utf8", status=400),
    Bad(name="a list", body=b"[]", code="field-wrong-type", status=422),
    Bad(
        name="half a surrogate pair",
        body=written(report()).replace(b"thi-dua", b"\\ud800"),
        code="text-invalid",
        status=422,
        pointer="/movement",
    ),
    Bad(name="unknown movement", body=written(report(movement="nope")), code="movement-unknown", status=422, pointer="/movement"),
    Bad(name="unknown period", body=written(report(period="1999")), code="period-unknown", status=422, pointer="/period"),
    Bad(name="period not open", body=written(report(period="2023-q3")), code="period-not-open", status=409, pointer="/period"),
    Bad(name="unknown agency", body=written(report(agency="nope")), code="agency-unknown", status=422, pointer="/agency"),
    Bad(name="unknown criterion", body=written(report(values={"nope": 1})), code="criterion-unknown", status=422, pointer="/values/nope"),
    Bad(name="number as text", body=with_value('"55.5"'), code="value-is-text", status=422, pointer="/values/giai-ngan"),
    Bad(name="NaN", body=with_value("NaN"), code="value-not-finite", status=422, pointer="/values/giai-ngan"),
    Bad(name="infinity", body=with_value("-Infinity"), code="value-not-finite", status=422, pointer="/values/giai-ngan"),
    Bad(name="1e400", body=with_value("1e400"), code="value-out-of-range", status=422, pointer="/values/giai-ngan"),
    Bad(name="1e99999999", body=with_value("1e99999999"), code="value-out-of-range", status=422, pointer="/values/giai-ngan"),
    Bad(name="30 decimals", body=with_value("1." + "3" * 30), code="value-too-precise", status=422, pointer="/values/giai-ngan"),
    Bad(
        name="more decimals than the plan takes",
        body=with_value("1.12345"),
        code="value-too-precise",
        status=422,
        pointer="/values/giai-ngan",
    ),
    Bad(name="negative", body=with_value("-0.1"), code="value-negative", status=422, pointer="/values/giai-ngan"),
    Bad(name="true", body=with_value("true"), code="value-is-boolean", status=422, pointer="/values/giai-ngan"),
    Bad(name="a list as value", body=with_value("[1]"), code="value-not-a-number", status=422, pointer="/values/giai-ngan"),
    Bad(
        name="duplicated key",
        body=with_value('1, "giai-ngan": 2'),
        code="key-duplicated",
        status=400,
        pointer="/values/giai-ngan",
    ),
    Bad(name="agency of 10,000 characters", body=written(report(agency=LONG)), code="text-too-long", status=422, pointer="/agency"),
    Bad(name="id of 10,000 characters", body=written(report()), code="text-too-long", status=422, id=LONG),
    Bad(
        name="criterion of 10,000 characters",
        body=written(report(values={LONG: 1})),
        code="criterion-unknown",
        status=422,
        pointer="/values/…",
    ),
    Bad(name="version left out", body=written(report(version=...)), code="field-missing", status=422, pointer="/version"),
    Bad(name="version 0", body=written(report(version=0)), code="field-out-of-range", status=422, pointer="/version"),
    Bad(name="empty agency", body=written(report(agency=" ")), code="text-empty", status=422, pointer="/agency"),
    Bad(name="line break in a code", body=written(report(agency="a\nb")), code="text-invalid", status=422, pointer="/agency"),
    Bad(
        name="self-score for nothing",
        body=written(report(self_scores={"nope": 1})),
        code="criterion-unknown",
        status=422,
        pointer="/self_scores/nope",
    ),
    Bad(name="header not UTF-8", body=written(report()), code="header-invalid", status=400, headers=(("ce_subject", b"\xff"),)),
    Bad(name="other type", body=written(report()), code="type-unknown", status=422, headers=(("ce_type", b"vn.other.v1"),)),
    Bad(name="other CloudEvents", body=written(report()), code="choice-unknown", status=422, headers=(("ce_specversion", b"0.3"),)),
    Bad(name="XML", body=b"<a/>", code="content-type-unsupported", status=415, headers=(("content-type", b"application/xml"),)),
    Bad(
        name="structured, but no object",
        body=json.dumps([1]).encode(),
        code="field-wrong-type",
        status=422,
        headers=(("content-type", b"application/cloudevents+json"),),
    ),
)
