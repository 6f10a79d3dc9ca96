"""Pages: bounded, and on from a cursor that nobody can misuse."""

import base64

import pytest

from shared.http.paging import Paging, cursor_of, page, parts_of
from shared.http.problems import Problem


def key(row: int) -> list[str]:
    return [str(row)]


def test_a_surplus_row_means_that_there_is_a_next_page_from_the_last_item() -> None:
    made = page([1, 2, 3], Paging(limit=2, after=None), key)
    assert made.items == [1, 2]
    assert made.next == cursor_of(["2"])


def test_a_full_page_without_a_surplus_row_is_the_last() -> None:
    assert page([1, 2], Paging(limit=2, after=None), key).next is None


def test_a_cursor_gives_back_its_parts() -> None:
    assert parts_of(cursor_of(["Phủ Lý", "2023", ""])) == ("Phủ Lý", "2023", "")


@pytest.mark.parametrize(
    "text", ["", "x", "%", "é", "bnVsbA", "W10", "WzFd", "[" * 5_000, base64.urlsafe_b64encode(b'["\\u0000"]').decode()]
)
def test_what_is_no_cursor_of_ours_is_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parts_of(text)
    assert caught.value.code == "cursor-invalid"
