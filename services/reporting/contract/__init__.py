"""What reporting hears and says. Senders' records are never refused here: what is wrong with one is part of what was read."""

from types import MappingProxyType

from services.reporting.contract.letters import read_letter, record_as_letter
from services.reporting.contract.scores import HeardScore, read_score
from services.reporting.domain.sending import Sent
from shared.events import INTAKE, RECEIPTS, REGISTRY, REPORTS, SCORES
from shared.messaging import Consumes, Lock, LockKind, Record


def read_report(record: Record) -> Sent:
    """Read a record of `intake.<source>`; whatever a sender wrote, it does not raise."""
    return read_letter(record_as_letter(record))


def identity_of_report(sent: Sent) -> tuple[str, str]:
    """The same id with another body is a conflict to be answered, not a duplicate to be passed over: so the body belongs to it."""
    return sent.source, f"{sent.event_id}/{sent.digest}"


def locks_of_report(sent: Sent) -> tuple[Lock, ...]:
    """The period, so that it does not close meanwhile. The agency is locked later, when its code is understood."""
    draft = sent.draft
    if draft.movement is None or draft.period is None:
        return ()
    return (Lock(LockKind.PERIOD, f"{draft.movement}/{draft.period}", shared=True),)


REPORTS_SENT = Consumes(
    name="reporting.intake",
    pattern=r"^intake\..+$",
    read=read_report,
    identity=identity_of_report,
    locks=locks_of_report,
)
SCORES_TOLD = Consumes(
    name="reporting.scores",
    topics=(SCORES.name,),
    read=read_score,
    identity=lambda heard: heard.identity,
    # Rows are written in the order of their keys and only forward in revision, and nothing is announced: no lock is needed.
    locks=lambda _heard: (),
)

CONSUMES: tuple[Consumes[Sent] | Consumes[HeardScore], ...] = (REPORTS_SENT, SCORES_TOLD)
HEARS = (INTAKE.name, SCORES.name)
PUBLISHES = MappingProxyType(
    {
        RECEIPTS.name: tuple(RECEIPTS.facts),
        REGISTRY.name: tuple(REGISTRY.facts),
        REPORTS.name: tuple(REPORTS.facts),
    }
)
