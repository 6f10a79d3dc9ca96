"""What reporting does because it heard something: takes in reports, and notes which version was scored."""

from collections.abc import Sequence

from services.reporting.acts.intake import Intake
from services.reporting.contract.scores import HeardScore
from services.reporting.domain.sending import Sent
from services.reporting.store.intake import keep_scored
from shared.messaging import Handler, Transaction


def hear_reports(intake: Intake) -> Handler[Sent]:
    """Take in what senders put on intake, exactly as HTTP does; what is wrong with it ends as a receipt, never as an error."""

    async def hear(transaction: Transaction, sent: Sequence[Sent]) -> None:
        await intake.take_in(transaction, sent)

    return hear


async def hear_scores(transaction: Transaction, heard: Sequence[HeardScore]) -> None:
    """Note the version that was scored last, so that its receipt can say so."""
    await keep_scored(transaction.connection, [each.scored for each in heard if each.scored is not None])
