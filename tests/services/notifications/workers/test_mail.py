"""Every notice ends in a state that is true: sent, or repeated once where nobody knows, or not sent and why. The server is a real one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications import store
from services.notifications.domain.notices import MailPatience
from services.notifications.workers import Letters, MailRound, MailServer
from shared.messaging import Lock, Transaction, Transactions
from tests.services.notifications.mailbox import HANG, TAKEN, Mailbox, mail_server
from tests.services.notifications.stage import DUY_TIEN, PHU_LY, Stage, heard

PATIENCE = MailPatience(attempts_max=3, first_wait=timedelta(seconds=10), longest_wait=timedelta(hours=1), age_max=timedelta(days=90))


@pytest.fixture
async def mailbox(stage: Stage) -> AsyncIterator[Mailbox]:
    await contact(stage, PHU_LY, "phuly@agency.example")
    async with mail_server(Mailbox()) as running:
        yield running


Rounds = Callable[..., MailRound]


@pytest.fixture
def rounds(stage: Stage, mailbox: Mailbox) -> Rounds:
    def make(*, port: int | None = None, operator_email: str | None = None, mail_on: bool = True) -> MailRound:
        server = MailServer(
            host="127.0.0.1",
            port=port or mailbox.port,
            username=None,
            password=None,
            tls=False,
            sender="thidua@province.example",
            seconds_max=0.5,
        )
        return MailRound(
            transactions=stage.transactions,
            clock=stage.clock,
            letters=Letters(),
            server=server if mail_on else None,
            patience=PATIENCE,
            operator_email=operator_email,
        )

    return make


async def contact(stage: Stage, agency: str, email: str, language: str = "vi") -> None:
    async with stage.transactions.begin(()) as transaction:
        await store.keep_contact(transaction, agency=agency, email=email, language=language, caller="operator-1")


async def run(mail: MailRound) -> None:
    """Work until nothing is due."""
    async with asyncio.timeout(30):
        while await mail.work():
            pass


async def state(stage: Stage) -> tuple[str, str | None, int, bool]:
    (notice,) = await stage.notices()
    return notice.state, notice.reason, notice.attempts, notice.repeated


async def test_a_notice_becomes_a_letter_in_the_agency_s_language(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await contact(stage, DUY_TIEN, "duytien@agency.example", "en")
    await stage.tell(heard("agency-changed"), heard("report-returned"), heard("award-revoked", agency=DUY_TIEN))
    await run(rounds())
    vietnamese, english = mailbox.got
    assert vietnamese["Subject"] == "Báo cáo kỳ 2023-q2 bị trả lại (phiên bản 1)"
    assert vietnamese["To"] == "phuly@agency.example"
    assert vietnamese["From"] == "thidua@province.example"
    text, html = (vietnamese.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Kính gửi: Thành phố Phủ Lý" in text.get_content()
    assert "Kính gửi: Thành phố Phủ Lý" in html.get_content()
    assert english["Subject"] == "Award for 2023-q2 revoked"
    notices = await stage.notices()
    assert [notice.state for notice in notices] == ["sent", "sent"]
    assert [notice.message_id for notice in notices] == [vietnamese["Message-ID"], english["Message-ID"]]


async def test_a_notice_is_sent_once_however_often_its_event_comes(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    event = heard("award-proposed")
    await stage.tell(event)
    await run(rounds())
    await stage.tell(event)
    await asyncio.gather(run(rounds()), run(rounds()))
    assert len(mailbox.got) == 1


async def test_several_at_work_send_each_notice_once(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await stage.tell(*(heard("award-proposed") for _ in range(8)))
    await asyncio.gather(run(rounds()), run(rounds()), run(rounds()))
    assert len(mailbox.got) == len({message["Message-ID"] for message in mailbox.got}) == 8


@pytest.mark.parametrize(
    ("change", "why"),
    [("DELETE FROM contact", "no-contact"), ("UPDATE notice SET happened_at = happened_at - interval '91 days'", "too-old")],
)
async def test_a_notice_that_can_not_be_sent_says_why(stage: Stage, mailbox: Mailbox, rounds: Rounds, change: str, why: str) -> None:
    await stage.tell(heard("award-proposed"))
    await stage.execute(change)
    await run(rounds())
    assert await state(stage) == ("not-sent", why, 1, False)
    assert mailbox.got == []


async def test_without_a_mail_server_every_notice_says_so(stage: Stage, rounds: Rounds) -> None:
    await stage.tell(heard("award-proposed"))
    await run(rounds(mail_on=False))
    assert (await state(stage))[:2] == ("not-sent", "mail-off")


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_permanent_refusal_is_final(stage: Stage, mailbox: Mailbox, rounds: Rounds, where: str) -> None:
    setattr(mailbox, where, "550 no such mailbox")
    await stage.tell(heard("award-proposed"))
    await run(rounds())
    stage.later(days=1)
    await run(rounds())
    assert await state(stage) == ("failed", "refused", 1, False)


async def test_no_list_shows_the_address_that_a_server_repeats(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    mailbox.rcpt = "550 <phuly@agency.example> is unknown"
    await stage.tell(heard("award-proposed"))
    await run(rounds())
    (notice,) = await stage.notices()
    assert "550" in (notice.detail or "")
    assert "phuly@agency.example" not in (notice.detail or "")


async def test_a_letter_that_can_not_be_written_fails_and_holds_up_no_other(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await stage.tell(heard("award-proposed", id_="bad"))
    await stage.execute("UPDATE notice SET data = '{}'")
    await stage.tell(heard("award-proposed", id_="good"))
    await run(rounds())
    assert [(notice.event_id, notice.state) for notice in await stage.notices()] == [("bad", "failed"), ("good", "sent")]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_refusal_for_now_is_tried_again_and_bounded(stage: Stage, mailbox: Mailbox, rounds: Rounds, where: str) -> None:
    setattr(mailbox, where, "451 come later")
    await stage.tell(heard("award-proposed"))
    await run(rounds())
    assert await state(stage) == ("pending", "not-reached", 1, False)
    for _ in range(5):
        stage.later(hours=1)
        await run(rounds())
    assert await state(stage) == ("failed", "not-reached", 3, False)


async def test_a_server_that_is_away_is_waited_for(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await stage.tell(heard("award-proposed"))
    await run(rounds(port=1))
    assert (await state(stage))[0] == "pending"
    stage.later(seconds=10)
    await run(rounds())
    assert await state(stage) == ("sent", None, 2, False)
    assert len(mailbox.got) == 1


async def test_a_notice_whose_answer_never_comes_is_uncertain_and_repeated_once(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    mailbox.data = HANG
    await stage.tell(heard("award-proposed"))
    mail = rounds()
    await mail.work()
    assert await state(stage) == ("uncertain", "answer-lost", 1, False)
    mailbox.data = TAKEN
    await run(mail)
    assert await state(stage) == ("sent", None, 2, True)
    first, second = mailbox.got
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_second_lost_answer_is_the_end_of_it(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    mailbox.data = HANG
    await stage.tell(heard("award-proposed"))
    await run(rounds())
    stage.later(days=1)
    await run(rounds())
    assert await state(stage) == ("uncertain", "answer-lost", 2, True)
    assert len(mailbox.got) == 2


async def test_a_crash_between_the_server_s_answer_and_our_record_gives_one_repeat(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await stage.tell(heard("award-proposed"))
    crashing = replace(rounds(), transactions=CrashAfterSending(stage))
    with suppress(ConnectionError):
        await crashing.work()
    assert len(mailbox.got) == 1
    assert (await state(stage))[0] == "sending"
    await run(rounds())
    assert len(mailbox.got) == 1
    stage.later(seconds=66)
    await run(rounds())
    assert await state(stage) == ("sent", None, 2, True)
    assert mailbox.got[0]["Message-ID"] == mailbox.got[1]["Message-ID"]


async def test_two_crashes_leave_it_uncertain_for_people_to_see(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    await stage.tell(heard("award-proposed"))
    for _ in range(2):
        with suppress(ConnectionError):
            await replace(rounds(), transactions=CrashAfterSending(stage)).work()
        stage.later(seconds=66)
    await run(rounds())
    stage.later(days=1)
    await run(rounds())
    assert await state(stage) == ("uncertain", "interrupted", 2, True)
    assert len(mailbox.got) == 2


async def test_a_repeat_that_was_certainly_not_taken_was_no_repeat(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    mailbox.data = HANG
    await stage.tell(heard("award-proposed"))
    await rounds().work()
    await rounds(port=1).work()
    assert await state(stage) == ("uncertain", "not-reached", 2, False)
    mailbox.data = TAKEN
    stage.later(minutes=1)
    await run(rounds())
    assert await state(stage) == ("sent", None, 3, True)


async def test_the_operator_is_told_where_an_address_is_set(stage: Stage, mailbox: Mailbox, rounds: Rounds) -> None:
    statement = """
    INSERT INTO notice (event_source, event_id, kind, agency, data, happened_at, created_at, next_attempt_at)
    VALUES ('/x', '1', 'subscription-disabled', '', $2, $1, $1, $1)
    """
    data = '{"subscription": "s", "owner": "o", "url": "https://receiver.example/", "because": "given-up"}'
    await stage.execute(statement, stage.clock.now(), data)
    await run(rounds(operator_email="operator@province.example"))
    assert mailbox.recipients == ["operator@province.example"]


class CrashAfterSending(Transactions):
    """Transactions of a process that dies before its second one."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.pool, stage.clock, stage.woken.update)
        self._begun = 0

    @asynccontextmanager
    async def begin(self, locks: Iterable[Lock]) -> AsyncIterator[Transaction]:
        """Begin the first transaction; die at the second."""
        self._begun += 1
        if self._begun > 1:
            raise ConnectionError("the power went")
        async with super().begin(locks) as transaction:
            yield transaction
