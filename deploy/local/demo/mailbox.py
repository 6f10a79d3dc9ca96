"""A real SMTP server in the demo's own process: what agencies would find in their mailbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass  # without slots: the SMTP library looks at all members, and early Pythons of 3.11 then fail on the slots' own
class Mailbox:
    """Letters as they came: recipient and subject."""

    letters: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - the library calls it so
        """Take a letter."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.letters.extend((recipient, str(message["Subject"])) for recipient in envelope.rcpt_tos)
        return "250 Message accepted for delivery"


@contextmanager
def open_mailbox(port: int) -> Iterator[Mailbox]:
    """Listen for mail for the time of a block."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
