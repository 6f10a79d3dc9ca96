"""Numbers come back as they went in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.database.exact_json import dumps, loads

EXACT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(EXACT)
def test_what_is_written_is_read_again(value: object) -> None:
    assert loads(dumps(value)) == value


def test_trailing_zeros_are_kept() -> None:
    assert repr(loads(dumps({"points": Decimal("46.7400")}))) == "{'points': Decimal('46.7400')}"


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), {1, 2}, b"x"])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dumps([value])
