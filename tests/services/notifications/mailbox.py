"""A mail server that is real: it remembers what it took, and answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 Message accepted for delivery"
HANG = "hang"


@dataclass  # without slots: aiosmtpd looks at every attribute of its handler, and early releases of Python 3.11 can not do that
class Mailbox:
    """What the server took, and how it answers."""

    port: int = 0
    rcpt: str = "250 OK"
    data: str = TAKEN
    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        """Answer to the recipient."""
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the message; when told to hang, take it and say nothing."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        if self.data in {TAKEN, HANG}:
            self.got.append(message)
        if self.data == HANG:
            await self.hanging.wait()
        return self.data


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[Mailbox]:
    """Run a mail server on a free port."""
    loop = asyncio.get_running_loop()
    transports: list[asyncio.BaseTransport] = []

    class Watched(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transports.append(transport)
            super().connection_made(transport)

    server = await loop.create_server(lambda: Watched(mailbox, enable_SMTPUTF8=False, loop=loop), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    yield mailbox
    server.close()
    mailbox.hanging.set()
    for transport in transports:
        transport.close()
    await asyncio.sleep(0.05)
