"""Hands one message to a mail server, and knows how far the server took it: taken, refused, come later, or nobody knows."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from services.notifications.domain.deliveries import DETAIL_LENGTH_MAX
from services.notifications.domain.notices import Handover

PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    sender: str
    seconds_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How far a message was taken, and what the server said."""

    handover: Handover
    detail: str


async def hand_over(server: MailServer, message: EmailMessage, recipient: str) -> Handed:
    """Try once. Until the text is sent, a failure is certain; from then on, without an answer, the message may have been taken."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(server.seconds_max * 3):
                session = await stack.enter_async_context(_session(server))
                await session.mail(server.sender)
                await session.rcpt(recipient)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _not_taken(error)
        return await _send_text(session, message, server)


async def _send_text(session: aiosmtplib.SMTP, message: EmailMessage, server: MailServer) -> Handed:
    try:
        async with asyncio.timeout(server.seconds_max * 2):
            answer = await session.data(message.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        return _not_taken(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Handed(handover=Handover.UNKNOWN, detail=_detail(error))
    return Handed(handover=Handover.TAKEN, detail=f"{answer.code} {answer.message}"[:DETAIL_LENGTH_MAX])


def _session(server: MailServer) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        timeout=server.seconds_max,
    )


def _not_taken(error: Exception) -> Handed:
    """Only a permanent answer is final; everything else may go better later."""
    permanent = isinstance(error, ValueError) or (isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= PERMANENT)
    return Handed(handover=Handover.REFUSED if permanent else Handover.LATER, detail=_detail(error))


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:DETAIL_LENGTH_MAX]
