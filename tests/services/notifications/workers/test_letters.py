"""Letters say what the event says, in the agency's language, as text and as HTML, and nothing in an event is ever markup or a header."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from jinja2 import UndefinedError

from services.notifications.contract import EVENT_BY_KIND, fact_of
from services.notifications.domain.notices import NoticeKind
from services.notifications.workers.letters import LANGUAGES, FactToTell, Letters, message_id, message_of
from shared.events.reports import ReportReturned
from tests.contracts.documents import golden
from tests.services.notifications.stage import NOON

AGENCY = "Thành phố Phủ Lý"
DISABLED = {"subscription": "s-1", "owner": "observer-1", "url": "https://receiver.example/", "because": "given-up"}


def fact(kind: NoticeKind, **changes: object) -> FactToTell:
    if kind is NoticeKind.SUBSCRIPTION_DISABLED:
        return DISABLED
    return fact_of(kind, json.dumps({**golden(EVENT_BY_KIND[kind]).data, **changes}))


def variants() -> Iterator[tuple[NoticeKind, dict[str, object]]]:
    """Yield every kind as its golden example has it, and the cases in which templates take another turn."""
    yield from ((kind, {}) for kind in NoticeKind)
    yield (
        NoticeKind.SCORE_FINAL,
        {"total": None, "no_total_vi": "Thiếu số liệu.", "no_total_en": "A value is missing.", "report_version": None},
    )
    yield NoticeKind.SCORE_FINAL, {"total": None, "no_total_vi": None, "no_total_en": None, "grade": None}
    yield NoticeKind.AWARD_DECIDED, {"outcome": "granted", "reason_class": None, "reason": None}
    yield NoticeKind.AWARD_PUBLISHED, {"reference": None}
    yield NoticeKind.REPORT_REJECTED, {"period": None, "movement": None}
    yield NoticeKind.REPORT_RETURNED, {"items": []}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "changes"), list(variants()))
def test_every_kind_can_be_written_in_every_language(kind: NoticeKind, changes: dict[str, object], language: str) -> None:
    letter = Letters().write(kind, fact(kind, **changes), agency=AGENCY, language=language)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "None" not in letter.text
    assert "\n\n\n" not in letter.text
    assert f'<html lang="{language}">' in letter.html


def test_a_returned_report_is_told_with_its_reason_and_what_to_mend() -> None:
    letter = Letters().write(NoticeKind.REPORT_RETURNED, fact(NoticeKind.REPORT_RETURNED), agency=AGENCY, language="vi")
    assert letter.subject == "Báo cáo kỳ 2023-q2 bị trả lại (phiên bản 1)"
    assert "Kính gửi: Thành phố Phủ Lý" in letter.text
    assert "Lý do: Thiếu số liệu quý II." in letter.text
    assert "- disbursement: Chưa nêu mẫu số: kế hoạch vốn tỉnh giao hay Thủ tướng Chính phủ giao." in letter.text
    assert "<li>disbursement: Chưa nêu mẫu số" in letter.html
    assert "lúc 15:30 ngày 04/07/2023" in letter.text


def test_a_returned_dossier_is_told_with_the_papers_and_a_public_comment_with_its_last_day() -> None:
    returned = Letters().write(NoticeKind.AWARD_RETURNED, fact(NoticeKind.AWARD_RETURNED), agency=AGENCY, language="vi").text
    assert "- bien-ban: Thiếu biên bản họp hội đồng cơ sở." in returned
    opened = fact(NoticeKind.AWARD_COMMENT_OPENED)
    assert (
        "10 ngày làm việc, đến hết ngày 25/08/2023"
        in Letters().write(NoticeKind.AWARD_COMMENT_OPENED, opened, agency=AGENCY, language="vi").text
    )
    assert "until the end of 25 August 2023" in Letters().write(NoticeKind.AWARD_COMMENT_OPENED, opened, agency=AGENCY, language="en").text


def test_points_are_written_with_a_comma_in_vietnamese_and_a_point_in_english() -> None:
    final = fact(NoticeKind.SCORE_FINAL, state="final", total=str(Decimal("86.75")))
    assert "86,75" in Letters().write(NoticeKind.SCORE_FINAL, final, agency=AGENCY, language="vi").text
    assert "86.75" in Letters().write(NoticeKind.SCORE_FINAL, final, agency=AGENCY, language="en").text


def test_a_refusal_and_a_revocation_are_told_with_their_grounds_in_words() -> None:
    refused = Letters().write(NoticeKind.AWARD_DECIDED, fact(NoticeKind.AWARD_DECIDED), agency=AGENCY, language="vi").text
    revoked = Letters().write(NoticeKind.AWARD_REVOKED, fact(NoticeKind.AWARD_REVOKED), agency=AGENCY, language="en").text
    assert "không khen thưởng" in refused
    assert "Nhóm lý do: hồ sơ chưa đầy đủ." in refused
    assert "Legal ground: false information or papers." in revoked


def test_markup_in_an_event_stays_text() -> None:
    nasty = fact(NoticeKind.REPORT_RETURNED, reason="<script>alert(1)</script> {{ 7 * 7 }}")
    letter = Letters().write(NoticeKind.REPORT_RETURNED, nasty, agency="<b>A</b>", language="vi")
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<b>A</b>" not in letter.html
    assert "{{ 7 * 7 }}" in letter.text


def test_a_line_break_in_an_event_can_not_add_a_header() -> None:
    nasty = fact(NoticeKind.AWARD_PROPOSED, form_vi="Bằng khen\r\nBcc: all@example.vn")
    letter = Letters().write(NoticeKind.AWARD_PROPOSED, nasty, agency=AGENCY, language="vi")
    message = message_of(letter, sender="a@b.example", recipient="c@d.example", id_="<1@b.example>", at=NOON, language="vi")
    assert message["Bcc"] is None
    assert message["Subject"] == "Đề xuất khen thưởng: Bằng khen Bcc: all@example.vn"


def test_a_recipient_that_would_break_its_line_is_refused() -> None:
    letter = Letters().write(NoticeKind.AWARD_PROPOSED, fact(NoticeKind.AWARD_PROPOSED), agency=AGENCY, language="vi")
    with pytest.raises(ValueError, match="linefeed"):
        message_of(
            letter,
            sender="a@b.example",
            recipient="c@d.example\nBcc: x@y.example",
            id_="<1>",
            at=NOON,
            language="vi",
        )


def test_a_placeholder_without_a_value_is_an_error_and_no_blank() -> None:
    bare = ReportReturned.model_construct(movement="m")
    with pytest.raises((UndefinedError, AttributeError)):
        Letters().write(NoticeKind.REPORT_RETURNED, bare, agency=AGENCY, language="vi")


def test_the_same_event_and_recipient_have_the_same_message_id_and_others_another() -> None:
    ids = {
        message_id(source, event, kind, recipient, "b.example")
        for source in ("/a", "/b")
        for event in ("1", "2")
        for kind in (NoticeKind.AWARD_DECIDED, NoticeKind.AWARD_REVOKED)
        for recipient in ("x@y.example", "z@y.example")
    }
    assert len(ids) == 16
    first = message_id("/a", "1", NoticeKind.AWARD_DECIDED, "x@y.example", "b.example")
    assert first == message_id("/a", "1", NoticeKind.AWARD_DECIDED, "X@Y.example", "b.example")
    assert first.startswith("<")
    assert first.endswith("@b.example>")
