"""Notices become mail: taken and marked first, then sent, then settled, so that whatever happens in between is known to be unknown."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from jinja2 import TemplateError

from services.notifications import store
from services.notifications.contract import fact_of
from services.notifications.domain.deliveries import DETAIL_LENGTH_MAX
from services.notifications.domain.notices import Handover, MailPatience, NoticeKind, Settlement, not_sent, settled, why_not_sent
from services.notifications.workers.letters import FactToTell, Letters, LetterUnwritable, message_id, message_of
from services.notifications.workers.smtp import Handed, MailServer, hand_over
from shared.clock import Clock
from shared.logging import logger
from shared.messaging import Transactions

STALE_MAX = 100
log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRound:
    """One step of the mail worker: one notice. Without a server nothing is sent, and every notice says so."""

    transactions: Transactions
    clock: Clock
    letters: Letters
    server: MailServer | None
    patience: MailPatience
    operator_email: str | None

    @property
    def stale_after(self) -> timedelta:
        """Longer than sending can take: whoever has not settled by then has vanished."""
        return timedelta(seconds=60 + 10 * (self.server.seconds_max if self.server else 0))

    async def work(self) -> bool:
        """Send the notice that has waited longest; returns False when none is due."""
        async with self.transactions.begin(()) as transaction:
            await store.doubt_stale_notices(transaction, transaction.now - self.stale_after, STALE_MAX)
            taken = await store.take_due_notice(transaction)
            why = self._why_not(taken, transaction.now) if taken is not None else None
            if taken is not None and why is not None:
                await store.settle_notice(transaction, taken.number, why)
        if taken is not None and why is None and self.server is not None:
            await self._send(taken, self.server)
        return taken is not None

    def _why_not(self, taken: store.TakenNotice, now: datetime) -> Settlement | None:
        why = why_not_sent(
            mail_on=self.server is not None,
            email=self._recipient(taken),
            happened_at=taken.happened_at,
            now=now,
            age_max=self.patience.age_max,
        )
        return None if why is None else not_sent(why)

    def _recipient(self, taken: store.TakenNotice) -> str | None:
        return taken.email if taken.agency else self.operator_email

    async def _send(self, taken: store.TakenNotice, server: MailServer) -> None:
        recipient = self._recipient(taken) or ""
        id_ = message_id(taken.event_source, taken.event_id, taken.kind, recipient, server.sender.rpartition("@")[2])
        try:
            handed = await hand_over(server, self._message(taken, server.sender, recipient, id_), recipient)
        except LetterUnwritable as error:
            log.exception("letter-unwritable", notice=taken.number, kind=taken.kind)
            handed = Handed(handover=Handover.REFUSED, detail=f"the letter can not be written: {error}")
        async with self.transactions.begin(()) as transaction:
            what = settled(handed.handover, attempts=taken.attempts, repeated=taken.repeated, now=transaction.now, patience=self.patience)
            # Servers repeat the recipient in their answers; a list of notices shows no address.
            detail = handed.detail.replace(recipient, "(recipient)")
            await store.settle_notice(transaction, taken.number, what, detail=detail, message_id=id_)

    def _message(self, taken: store.TakenNotice, sender: str, recipient: str, id_: str) -> EmailMessage:
        language = taken.language or "vi"
        name = (taken.name_vi if language == "vi" else taken.name_en) or taken.agency
        try:
            letter = self.letters.write(taken.kind, _fact(taken), agency=name, language=language)
            return message_of(letter, sender=sender, recipient=recipient, id_=id_, at=self.clock.now(), language=language)
        except (TemplateError, ValueError) as error:
            raise LetterUnwritable(str(error)[:DETAIL_LENGTH_MAX]) from error


def _fact(taken: store.TakenNotice) -> FactToTell:
    if taken.kind is NoticeKind.SUBSCRIPTION_DISABLED:
        return {name: str(value) for name, value in json.loads(taken.data).items()}
    return fact_of(taken.kind, taken.data)
