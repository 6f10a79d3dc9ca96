"""The story of one unit as its events tell it: what was announced of it, in the order of the announcements."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiokafka import ConsumerRecord

from deploy.local.demo.events import event_name

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
VIETNAMESE = {"provisional": "tạm tính", "final": "chính thức", "granted": "tặng", "refused": "không tặng"}
# What is said of each event: Vietnamese and English, filled with its data.
WORDS = {
    "report-accepted": ("Báo cáo phiên bản {version} được tiếp nhận", "Report version {version} accepted"),
    "report-rejected": ("Báo cáo bị từ chối", "Report rejected"),
    "report-submitted": ("Báo cáo phiên bản {version} được công bố", "Report version {version} announced"),
    "report-returned": ("Báo cáo phiên bản {version} bị trả lại", "Report version {version} returned"),
    "score-computed": (
        "Điểm {total} từ báo cáo phiên bản {report_version} ({state})",
        "Score {total} from report version {report_version} ({state})",
    ),
    "score-voided": ("Hủy điểm của báo cáo phiên bản {report_version}", "Score of report version {report_version} voided"),
    "award-proposed": ("Đề xuất: {form_vi}", "Proposed: {form_en}"),
    "award-withdrawn": ("Rút đề xuất", "Proposal withdrawn"),
    "award-received": ("Nhận đủ hồ sơ", "Dossier received"),
    "award-returned": ("Trả lại hồ sơ: {reason}", "Dossier returned: {reason}"),
    "award-voted": (
        "Hội đồng bỏ phiếu: {in_favour}/{members} đồng ý, cần {needed}",
        "The council voted: {in_favour} of {members} in favour, {needed} needed",
    ),
    "award-published": ("Công bố khen thưởng", "Award made public"),
    "award-decided": ("Hội đồng quyết định: {outcome}", "The council decided: {outcome}"),
    "award-revoked": ("Hủy quyết định tặng", "Award revoked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event of a unit."""

    at: str
    topic: str
    event: str
    vi: str
    en: str


def timeline_of(records: Sequence[ConsumerRecord], movement: str, agency: str) -> list[Moment]:
    """Tell what was announced of a unit in a movement."""
    ordered = sorted(records, key=lambda each: (each.timestamp, each.topic, each.offset))
    told = [(record, json.loads(record.value)) for record in ordered if event_name(record) in WORDS]
    return [_moment(record, data) for record, data in told if (data["movement"], data["agency"]) == (movement, agency)]


def in_vietnamese(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write points with a comma, and the words of states and outcomes in Vietnamese."""
    words = {name: VIETNAMESE[data[name]] for name in ("state", "outcome") if data.get(name) in VIETNAMESE}
    points = {"total": data["total"].replace(".", ",")} if data.get("total") else {}
    return {**data, **words, **points}


def _moment(record: ConsumerRecord, data: Any) -> Moment:
    vi, en = WORDS[event_name(record)]
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC).astimezone(LOCAL)
    return Moment(
        at=at.strftime("%H:%M:%S"),
        topic=record.topic,
        event=event_name(record),
        vi=vi.format_map(in_vietnamese(data)),
        en=en.format_map(data),
    )
