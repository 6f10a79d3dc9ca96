"""Ports can be moved, one by one or all together, and a taken one is named with the setting that moves it."""

import socket

import pytest

from deploy.local.failure import SetupFailed
from deploy.local.ports import require_free
from deploy.local.stack import Ports


def test_the_documented_ports_are_the_standing_ones() -> None:
    assert Ports.standing({}) == Ports(kafka=29092, postgres=25432, services={"reporting": 8101, "scoring": 8102, "notifications": 8103})


def test_an_offset_moves_every_port() -> None:
    moved = Ports.standing({"PORT_OFFSET": "100"})
    assert moved == Ports(kafka=29192, postgres=25532, services={"reporting": 8201, "scoring": 8202, "notifications": 8203})


def test_one_port_can_be_set_by_itself() -> None:
    assert Ports.standing({"THIDUA_KAFKA_PORT": "9092"}).kafka == 9092


def test_an_offset_that_is_no_number_is_named_with_its_value() -> None:
    with pytest.raises(SetupFailed, match="PORT_OFFSET is “ten”, which is no whole number"):
        Ports.standing({"PORT_OFFSET": "ten"})


def test_two_parts_with_the_same_port_are_refused() -> None:
    with pytest.raises(SetupFailed, match="two parts have the same port"):
        Ports.standing({"THIDUA_REPORTING_PORT": "8102"})


def test_a_port_that_is_taken_is_named_with_what_it_is_for_and_what_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupFailed, match=f"port {port} for scoring is taken .* choose another with PORT_OFFSET"):
            require_free(port, purpose="scoring", setting="PORT_OFFSET")


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(SetupFailed, match="is not between 1 and 65535"):
        require_free(port, purpose="scoring", setting="PORT_OFFSET")
