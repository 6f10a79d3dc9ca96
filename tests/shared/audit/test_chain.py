"""Table and witness side by side: the first place at which they part is named, with what was done there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from services.scoring.contract import act_fact, link_hash
from services.scoring.domain.acts import Act, Link, linked
from shared.audit import Fault, Table, Witness, first_fault
from shared.events.fields import ActRecorded


def act(name: str) -> Act:
    return Act(kind="award-decided", movement="m", subject=name, actor="council", at=datetime(2023, 8, 1, tzinfo=UTC), facts={"a": name})


def chained(names: Iterable[str]) -> list[ActRecorded]:
    """A chain that holds in itself."""
    links: list[Link] = []
    for name in names:
        links.append(linked(act(name), links[-1] if links else None))
    return [act_fact(link) for link in links]


TOLD = chained("abcde")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A table, what is wrong with it, and where."""

    rows: list[ActRecorded]
    sequence: int
    fault: Fault
    rewritten: bool


def altered(place: int) -> list[ActRecorded]:
    """One row says something else; its hash stays."""
    changed = TOLD[place - 1].model_copy(update={"act": TOLD[place - 1].act.model_copy(update={"actor": "nobody"})})
    return [*TOLD[: place - 1], changed, *TOLD[place:]]


CASES = {
    "a row altered": Case(rows=altered(3), sequence=3, fault=Fault.ALTERED, rewritten=False),
    "the first row altered": Case(rows=altered(1), sequence=1, fault=Fault.ALTERED, rewritten=False),
    "a row altered and all after it made anew": Case(rows=chained("abXde"), sequence=3, fault=Fault.ALTERED, rewritten=True),
    "a row removed": Case(rows=[*TOLD[:2], *TOLD[3:]], sequence=3, fault=Fault.REMOVED, rewritten=False),
    "a row removed and the rest made anew": Case(rows=chained("abde"), sequence=3, fault=Fault.REMOVED, rewritten=True),
    "the first row removed and the rest made anew": Case(rows=chained("bcde"), sequence=1, fault=Fault.REMOVED, rewritten=True),
    "a row inserted and the rest made anew": Case(rows=chained("abXcde"), sequence=3, fault=Fault.INSERTED, rewritten=True),
    "a row appended": Case(rows=chained("abcdeX"), sequence=6, fault=Fault.INSERTED, rewritten=True),
    "the end cut off": Case(rows=TOLD[:3], sequence=4, fault=Fault.CUT_OFF, rewritten=False),
    "everything cut off": Case(rows=[], sequence=1, fault=Fault.CUT_OFF, rewritten=False),
    "the whole chain made anew": Case(rows=chained("vwxyz"), sequence=1, fault=Fault.ALTERED, rewritten=True),
}


def table(rows: list[ActRecorded], judged: int | None = None) -> Table:
    return Table(rows={row.sequence: row for row in rows}, judged=len(rows) if judged is None else judged)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_first_place_that_was_tampered_with_is_named(case: Case) -> None:
    finding = first_fault(table(case.rows), Witness.of(TOLD), link_hash)
    assert finding is not None
    assert (finding.sequence, finding.fault, finding.rewritten) == (case.sequence, case.fault, case.rewritten)


def test_a_chain_that_is_the_announced_one_is_whole() -> None:
    assert first_fault(table(TOLD), Witness.of(TOLD), link_hash) is None
    assert first_fault(table([]), Witness.of([]), link_hash) is None


def test_an_act_that_came_after_the_first_look_is_not_taken_for_a_fault() -> None:
    assert first_fault(table(chained("abcdef"), judged=5), Witness.of(TOLD), link_hash) is None


def test_what_is_announced_later_under_the_same_place_can_not_unsay_the_first_word() -> None:
    again = chained("abcXe")
    finding = first_fault(table(again), Witness.of([*TOLD, *again]), link_hash)
    assert finding is not None
    assert (finding.sequence, finding.rewritten) == (4, True)


def test_a_row_that_is_no_act_any_more_was_altered() -> None:
    rows = {row.sequence: row for row in TOLD if row.sequence != 2}
    finding = first_fault(Table(rows=rows, judged=5, unreadable=frozenset({2})), Witness.of(TOLD), link_hash)
    assert finding is not None
    assert (finding.sequence, finding.fault, finding.witnessed) == (2, Fault.ALTERED, TOLD[1])


def test_a_fault_that_was_announced_as_it_stands_is_found_by_the_hash() -> None:
    wrong = altered(3)
    finding = first_fault(table(wrong), Witness.of(wrong), link_hash)
    assert finding is not None
    assert (finding.sequence, finding.fault) == (3, Fault.ALTERED)
