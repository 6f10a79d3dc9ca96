"""Where a webhook may go is looked at when it is asked for, and again each time something is sent."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.notifications.domain.addresses import Address, UrlFault, first_private, read_receiver
from shared.http.problems import Problem

RESOLVE_SECONDS_MAX = 5.0
POINTER = "/url"
FAULTS = {
    UrlFault.TOO_LONG: ("dài hơn 2.000 ký tự", "it is longer than 2,000 characters"),
    UrlFault.NOT_A_URL: ("không phải URL tuyệt đối", "it is no absolute URL"),
    UrlFault.NOT_HTTPS: ("không dùng https", "it is not https"),
    UrlFault.HAS_CREDENTIALS: ("có tên và mật khẩu trước tên máy", "it has a name and password before the host"),
    UrlFault.HAS_FRAGMENT: ("có phần sau dấu #", "it has a part after #"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """Which receivers this installation allows, and how many one owner may have."""

    allow_private: bool
    resolve: Callable[[str, int], Awaitable[Sequence[Address]]]
    owned_max: int

    async def demand(self, url: str) -> None:
        """Raise a problem unless webhooks may go to the URL as its name stands now."""
        receiver = read_receiver(url, allow_plain=self.allow_private)
        if isinstance(receiver, UrlFault):
            reason_vi, reason_en = FAULTS[receiver]
            raise Problem("webhook-url-invalid", pointer=POINTER, reason_vi=reason_vi, reason_en=reason_en)
        try:
            async with asyncio.timeout(RESOLVE_SECONDS_MAX):
                addresses = await self.resolve(receiver.host, receiver.port)
        except (TimeoutError, socket.gaierror, UnicodeError) as error:
            raise Problem("webhook-host-unknown", pointer=POINTER, host=receiver.host) from error
        if not self.allow_private and first_private(addresses) is not None:
            raise Problem("webhook-address-private", pointer=POINTER, host=receiver.host)
