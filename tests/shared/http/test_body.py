"""Strict JSON: what can not be kept exactly is refused, with its code and its place."""

import contextlib
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.body import BodyInvalid, Limits, normalise, read_json

DEEP = b"[" * 100_000 + b"]" * 100_000

REFUSED = [
    ("nothing", b"", "body-missing", ""),
    ("only spaces", b" \n", "body-missing", ""),
    ("half an object", b'{"a":', "body-not-json", ""),
    ("a trailing comma", b'{"a":[1,2],}', "body-not-json", ""),
    ("single quotes", b"{'a':1}", "body-not-json", ""),
    ("a line break in text", b'{"a":"x\ny"}', "body-not-json", ""),
    ("two values", b"{} {}", "body-not-json", ""),
    ("wrong UTF-8", b'{"a":"\xff"}', "body-not-utf8", ""),
    ("UTF-16", '{"a":1}'.encode("utf-16"), "body-not-utf8", ""),
    ("a key given twice", b'{"v":{"a":1,"b":2,"a":3}}', "key-duplicated", "/v/a"),
    ("not a number", b'{"v":{"a":NaN}}', "value-not-finite", "/v/a"),
    ("infinity", b'{"v":[1,-Infinity]}', "value-not-finite", "/v/1"),
    ("a huge exponent", b'{"v":1e999999}', "value-out-of-range", "/v"),
    ("a tiny exponent", b'{"v":1e-999999}', "value-out-of-range", "/v"),
    ("an exponent without end", b'{"v":1e' + b"9" * 60 + b"}", "value-out-of-range", "/v"),
    ("a fraction without end", b'{"v":0.' + b"1" * 200 + b"}", "value-too-precise", "/v"),
    ("a whole number without end", b'{"v":' + b"9" * 5_000 + b"}", "value-too-large", "/v"),
    ("half a surrogate pair", b'{"v":"\\ud800"}', "text-invalid", "/v"),
    ("a null character", b'{"v":"a\\u0000"}', "text-invalid", "/v"),
    ("a null character in a key", b'{"v":{"\\u0000":1}}', "text-invalid", "/v"),
    ("33 levels", b'{"a":' + b"[" * 33 + b"]" * 33 + b"}", "body-too-deep", "/a"),
    ("endless nesting", DEEP, "body-too-deep", ""),
]


@pytest.mark.parametrize(("raw", "code", "pointer"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_can_not_be_kept_is_refused_with_its_place(raw: bytes, code: str, pointer: str) -> None:
    with pytest.raises(BodyInvalid) as caught:
        read_json(raw)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_all_faults_are_told_at_once_in_the_order_of_the_text() -> None:
    with pytest.raises(BodyInvalid) as caught:
        read_json(b'{"a":NaN,"b":{"c":1,"c":2},"d":1e9999}')
    assert [(each.code, each.pointer) for each in caught.value.faults] == [
        ("value-not-finite", "/a"),
        ("key-duplicated", "/b/c"),
        ("value-out-of-range", "/d"),
    ]


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not() -> None:
    raw = b'"' + b"x" * 98 + b'"'
    assert read_json(raw, Limits(bytes_max=100)) == "x" * 98
    with pytest.raises(BodyInvalid) as caught:
        read_json(raw + b" ", Limits(bytes_max=100))
    assert caught.value.code == "body-too-large"


def test_more_keys_than_the_limit_are_refused() -> None:
    raw = b"[" + b",".join([b"1"] * 50) + b"]"
    assert len(read_json(raw, Limits(keys_max=51))) == 50  # type: ignore[arg-type]
    with pytest.raises(BodyInvalid) as caught:
        read_json(raw, Limits(keys_max=50))
    assert caught.value.code == "too-many-keys"


def test_many_duplicates_in_a_large_body_are_found_quickly_and_not_all_told() -> None:
    raw = b"[" + b",".join([b'{"a":1,"a":2}'] * 50_000) + b"]"
    with pytest.raises(BodyInvalid) as caught:
        read_json(raw)
    assert len(caught.value.faults) == 100


def test_fractions_are_exact_and_whole_numbers_stay_whole() -> None:
    assert repr(read_json(b"[1.10, 3, 1e2, 66.18]")) == "[Decimal('1.10'), 3, Decimal('1E+2'), Decimal('66.18')]"


def test_1e400_is_a_number_for_whoever_knows_the_criterion_to_judge() -> None:
    assert read_json(b"1e400") == Decimal("1e400")


def test_a_byte_order_mark_is_overlooked() -> None:
    assert read_json(b"\xef\xbb\xbf{}") == {}


def test_32_levels_are_read() -> None:
    read_json(b"[" * 32 + b"]" * 32)


def test_decomposed_text_is_composed_in_keys_and_values() -> None:
    decomposed = unicodedata.normalize("NFD", "Phủ Lý")
    assert normalise({decomposed: [decomposed, 1, None]}) == {"Phủ Lý": ["Phủ Lý", 1, None]}


def test_what_is_composed_already_comes_back_as_the_same_object() -> None:
    value = {"Phủ Lý": ["Kim Bảng", {"a": Decimal(1)}]}
    assert normalise(value) is value


def test_two_keys_that_become_one_are_a_duplicate() -> None:
    with pytest.raises(BodyInvalid) as caught:
        normalise({"é": 1, "e\u0301": 2})
    assert (caught.value.code, caught.value.pointer) == ("key-duplicated", "/é")


@given(st.binary(max_size=200))
def test_whatever_the_bytes_the_reader_gives_a_value_or_refuses(raw: bytes) -> None:
    with contextlib.suppress(BodyInvalid):
        normalise(read_json(raw))
