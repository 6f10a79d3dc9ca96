"""Which addresses a webhook may go to: public ones, over HTTPS, unless this installation allows others."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

URL_LENGTH_MAX = 2_000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# An IPv6 address of these carries an IPv4 one, which is where the packets go in the end.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


class UrlFault(StrEnum):
    """Why a URL cannot be a receiver."""

    TOO_LONG = "too-long"
    NOT_A_URL = "not-a-url"
    NOT_HTTPS = "not-https"
    HAS_CREDENTIALS = "has-credentials"
    HAS_FRAGMENT = "has-fragment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where a webhook goes, as the URL says it."""

    url: str
    host: str
    port: int


def read_receiver(url: str, *, allow_plain: bool) -> Receiver | UrlFault:
    """A receiver is an absolute https URL without credentials and fragment; http too where the installation allows it."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in url):
        return UrlFault.TOO_LONG if len(url) > URL_LENGTH_MAX else UrlFault.NOT_A_URL
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return UrlFault.NOT_A_URL
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return UrlFault.NOT_A_URL
    fault = _fault_of(parts.scheme, parts.netloc, url, allow_plain=allow_plain)
    return fault or Receiver(url=url, host=host, port=port or (443 if parts.scheme == "https" else 80))


def _fault_of(scheme: str, netloc: str, url: str, *, allow_plain: bool) -> UrlFault | None:
    if scheme == "http" and not allow_plain:
        return UrlFault.NOT_HTTPS
    if "@" in netloc:
        return UrlFault.HAS_CREDENTIALS
    return UrlFault.HAS_FRAGMENT if "#" in url else None


def is_public(address: Address) -> bool:
    """An address is public when it, and every address that it carries, is reachable for the whole world and meant for one receiver."""
    carried = _carried(address) if isinstance(address, ipaddress.IPv6Address) else []
    # Releases of Python differ about these networks themselves; what they carry decides.
    looked_at = [each for each in (address, *carried) if each not in NAT64 and each not in SIX_TO_FOUR]
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in looked_at)


def _carried(address: ipaddress.IPv6Address) -> list[Address]:
    """The IPv4 addresses inside an IPv6 one: mapped, 6to4, Teredo, NAT64."""
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return [each for each in found if each is not None]


def first_private(addresses: Iterable[Address]) -> Address | None:
    """One private address among those of a name is enough to refuse it: which one is taken is not the name's to choose."""
    return next((address for address in addresses if not is_public(address)), None)
