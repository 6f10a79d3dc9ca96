"""The checker itself: silent on a whole history, and each way of breaking one is seen and called by its name."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checker import check
from tests.chaos.conservation import outcomes
from tests.chaos.evidence import Evidence
from tests.chaos.history import History, whole

Break = Callable[[History], object]


def cut_from(table: str) -> Break:
    """Take the last row away."""
    return lambda history: history.tables[table].pop()


def double_in(table: str) -> Break:
    """Put the last row there once more."""
    return lambda history: history.tables[table].append(history.tables[table][-1])


def lose_told(name: str) -> Break:
    """Take away the record that told the last fact of a kind."""

    def lose(history: History) -> None:
        history.seen.remove([record for record in history.seen if record.name == name][-1])

    return lose


def tell_again_under_another_id(history: History) -> None:
    """Announce the last report once more, as another event."""
    record = next(each for each in reversed(history.seen) if each.name == "report-submitted")
    history.put(record.topic, record.key, record.name, "another", record.data)


def swap(history: History) -> None:
    """Let two events of one key change places on their topic."""
    first, second = [n for n, each in enumerate(history.seen) if each.topic == "receipts.src" and each.key == "a"][:2]
    one, other = history.seen[first], history.seen[second]
    history.seen[first], history.seen[second] = replace(one, offset=other.offset), replace(other, offset=one.offset)


def turn(history: History) -> None:
    """Refuse what was right."""
    history.tables["reporting.receipt"][-1]["accepted"] = False


def name_another_version(history: History) -> None:
    """Let the close count a version that is not the highest that stands."""
    number = next(n for n, record in enumerate(history.seen) if record.name == "period-closed")
    record = history.seen[number]
    assert record.data is not None
    reports = [{**each, "version": 2} if each["agency"] == "a" else each for each in record.data["reports"]]
    history.seen[number] = replace(record, data={**record.data, "reports": reports})


BREAKS: dict[str, tuple[Break, str]] = {
    "a receipt is lost": (cut_from("reporting.receipt"), "lost"),
    "a version is lost": (cut_from("reporting.report"), "lost"),
    "a version is not kept by who heard of it": (cut_from("scoring.report"), "lost"),
    "a version is kept twice": (double_in("scoring.report"), "doubled"),
    "a score is lost": (cut_from("scoring.score"), "lost"),
    "a score is there twice": (double_in("scoring.score"), "doubled"),
    "reporting does not know of a score": (cut_from("reporting.scored"), "lost"),
    "downstream misses an event": (cut_from("notifications.feed"), "lost"),
    "downstream is told twice": (double_in("notifications.feed"), "doubled"),
    "a report was not announced": (lose_told("report-submitted"), "lost"),
    "a receipt was not announced": (lose_told("report-accepted"), "lost"),
    "a score was not announced": (lose_told("score-computed"), "lost"),
    "a refusal was not announced": (lose_told("report-rejected"), "lost"),
    "a report is announced without one": (cut_from("reporting.report"), "unfounded"),
    "a report is announced under two ids": (tell_again_under_another_id, "doubled"),
    "two events of a key changed places": (swap, "reordered"),
    "what was right is refused": (turn, "lost"),
    "a mark is missing": (cut_from("reporting.inbox"), "unaccounted"),
    "a mark is there twice": (double_in("scoring.inbox"), "unaccounted"),
    "a dead letter is missing": (cut_from("notifications.dead_letter"), "unaccounted"),
    "the outbox was not emptied": (lambda history: history.tables["scoring.outbox"].append({"id": "x"}), "lost"),
    "a close is not told": (lose_told("period-closed"), "lost"),
    "a close is told that was none": (cut_from("reporting.closed"), "unfounded"),
    "a close names another version than the one that stands": (name_another_version, "lost"),
    "a version that was closed is not final": (lambda history: history.tables["scoring.score"][0].update(state="provisional"), "lost"),
    "a closed period has no suggestion": (lambda history: history.tables["scoring.proposal"].clear(), "lost"),
    "a suggestion is not told": (lose_told("award-proposed"), "lost"),
    "a suggestion that was withdrawn is not told": (lose_told("award-withdrawn"), "lost"),
    "a decision is not told": (lose_told("award-decided"), "lost"),
    "a decision is kept twice": (double_in("scoring.decision"), "doubled"),
    "a revocation is not told": (lose_told("award-revoked"), "lost"),
    "an act is not told": (lose_told("act-recorded"), "lost"),
    "an act is missing": (cut_from("reporting.act"), "unfounded"),
    "an act does not follow the one before it": (lambda history: history.tables["scoring.act"][1].update(previous_hash="x"), "lost"),
    "a dead letter is of no record": (lambda h: h.tables["scoring.dead_letter"][-1].update(record_offset=99), "unaccounted"),
}


def test_the_checker_is_silent_on_a_whole_history() -> None:
    verdict = check(whole().evidence())
    assert verdict.faults == []
    assert verdict.pairs > 20


@pytest.mark.parametrize("name", BREAKS)
def test_the_checker_sees_each_way_of_breaking_a_history(name: str) -> None:
    history = whole()
    breaking, kind = BREAKS[name]
    breaking(history)
    assert getattr(check(history.evidence()), kind)


def test_the_checker_sees_an_offset_that_passed_too_little_or_too_much() -> None:
    whole_one = whole().evidence()
    for wrong in (-1, 1):
        committed = {**whole_one.committed, ("scoring.reports", "reports", 0): whole_one.committed["scoring.reports", "reports", 0] + wrong}
        assert check(Evidence(sent=whole_one.sent, seen=whole_one.seen, tables=whole_one.tables, committed=committed)).unaccounted


def test_a_repeat_under_the_same_id_is_no_fault_and_counts_as_a_duplicate() -> None:
    history = whole()
    record = next(each for each in history.seen if each.name == "report-submitted")
    history.put(record.topic, record.key, record.name, record.headers["ce_id"], record.data)
    assert check(history.evidence()).faults == []
    assert outcomes(history.evidence(), "scoring.reports") == {"read": 5, "applied": 3, "dead letter": 1, "duplicate": 1}


def test_a_dead_letter_whose_event_was_delivered_again_and_applied_is_no_fault() -> None:
    history = whole()
    record = next(each for each in history.seen if each.name == "report-submitted")
    letter = {"consumer": "scoring.reports", "topic": "reports", "partition": 0, "record_offset": record.offset, "state": "open"}
    history.tables["scoring.dead_letter"].append(letter)
    assert check(history.evidence()).unaccounted
    letter["state"] = "applied"
    assert check(history.evidence()).faults == []
