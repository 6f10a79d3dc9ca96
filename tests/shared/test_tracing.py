"""A trace is carried on where it is valid, and begun where it is not."""

import pytest

from shared.tracing import current_trace_id, current_traceparent, new_traceparent, trace_id_of, traced, valid_traceparent

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_what_is_done_inside_carries_the_parents_trace_in_a_span_of_its_own() -> None:
    with traced(PARENT) as traceparent:
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"
        assert traceparent == current_traceparent() != PARENT
    assert current_trace_id() != "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "x",
        PARENT.upper(),
        PARENT + "-x",
        PARENT + "\n",
        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        "00" + PARENT[2:36] + "0" * 16 + "-01",
    ],
)
def test_a_parent_that_is_not_valid_begins_a_new_trace(parent: str | None) -> None:
    assert not valid_traceparent(parent)
    assert valid_traceparent(new_traceparent(parent))


def test_two_traces_differ() -> None:
    assert trace_id_of(new_traceparent()) != trace_id_of(new_traceparent())
