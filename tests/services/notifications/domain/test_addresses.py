"""Which URLs and which addresses can be receivers."""

import ipaddress

import pytest

from services.notifications.domain.addresses import Receiver, UrlFault, first_private, is_public, read_receiver


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://example.org", "example.org", 443),
        ("https://example.org:8443/a?b=c", "example.org", 8443),
        ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1", 443),
        ("HTTPS://EXAMPLE.ORG/", "example.org", 443),
    ],
)
def test_an_https_url_is_a_receiver(url: str, host: str, port: int) -> None:
    assert read_receiver(url, allow_plain=False) == Receiver(url=url, host=host, port=port)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.org/" + "a" * 1_981, UrlFault.TOO_LONG),
        ("http://example.org/", UrlFault.NOT_HTTPS),
        ("https://a@example.org/", UrlFault.HAS_CREDENTIALS),
        ("https://example.org/#", UrlFault.HAS_FRAGMENT),
        ("https://example.org\\@inside.example/", UrlFault.NOT_A_URL),
        ("https://exámple.org/", UrlFault.NOT_A_URL),
        ("https:// example.org/", UrlFault.NOT_A_URL),
        ("https://example.org/\t", UrlFault.NOT_A_URL),
        ("gopher://example.org/", UrlFault.NOT_A_URL),
        ("file:///etc/passwd", UrlFault.NOT_A_URL),
        ("//example.org/", UrlFault.NOT_A_URL),
        ("https://example.org:99999/", UrlFault.NOT_A_URL),
        ("", UrlFault.NOT_A_URL),
    ],
)
def test_anything_else_is_none_and_says_why(url: str, fault: UrlFault) -> None:
    assert read_receiver(url, allow_plain=False) is fault


def test_plain_http_is_a_receiver_only_where_it_is_allowed() -> None:
    assert read_receiver("http://example.org/", allow_plain=True) == Receiver(url="http://example.org/", host="example.org", port=80)


def test_a_url_of_exactly_the_longest_length_is_taken() -> None:
    assert isinstance(read_receiver("https://example.org/" + "a" * 1_980, allow_plain=False), Receiver)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:2800:220:1::1", "64:ff9b::808:808", "2002:808:808::"]
)
def test_an_address_that_the_world_reaches_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_one_private_address_among_many_is_found() -> None:
    public, private = ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("10.0.0.1")
    assert first_private([public, private, public]) == private
    assert first_private([public]) is None
