"""The judge sees work that is lost, repeated, reordered or wrong; it believes no time of a competitor that cheats."""

from dataclasses import replace

import pytest
from aiokafka import ConsumerRecord

from tests.benchmarks.judge import WorkWrong, expected, judge_announcements
from tests.benchmarks.work import AGENCIES, agency_of, headers_of, id_of

RECORDS = AGENCIES + 10


def said(number: int) -> ConsumerRecord:
    """Announce a report rightly."""
    headers = tuple((name, text.encode()) for name, text in headers_of(id_of(number), agency_of(number)).items())
    value, _ = expected(number)
    return ConsumerRecord("said", 0, number, 0, 0, agency_of(number).encode(), value, 0, 0, 0, headers)


ALL = [said(number) for number in range(RECORDS)]


def test_whole_and_right_work_is_believed() -> None:
    assert judge_announcements(ALL, RECORDS) == 0


def test_a_repeated_announcement_is_counted_and_allowed() -> None:
    assert judge_announcements([*ALL, ALL[0], ALL[5]], RECORDS) == 2


def test_a_lost_announcement_is_seen() -> None:
    with pytest.raises(WorkWrong, match="709 reports were announced"):
        judge_announcements(ALL[1:], RECORDS)


def test_an_invented_announcement_is_seen() -> None:
    with pytest.raises(WorkWrong, match="711 reports"):
        judge_announcements([*ALL, said(RECORDS)], RECORDS)


def test_two_announcements_of_one_agency_out_of_order_are_seen() -> None:
    with pytest.raises(WorkWrong, match="was announced after 700"):
        judge_announcements([ALL[AGENCIES], *ALL[:AGENCIES], *ALL[AGENCIES + 1 :]], RECORDS)


@pytest.mark.parametrize("wrong", [{"value": b"{}"}, {"key": b"another"}, {"headers": (("ce_id", id_of(3).encode()),)}])
def test_a_wrong_announcement_is_seen(wrong: dict[str, object]) -> None:
    with pytest.raises(WorkWrong, match="report 3 was announced wrongly"):
        judge_announcements([*ALL[:3], replace(ALL[3], **wrong), *ALL[4:]], RECORDS)
