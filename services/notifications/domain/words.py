"""Words of the law and of the rules in both languages, by the codes that events carry."""

from types import MappingProxyType

VIETNAMESE = MappingProxyType(
    {
        "granted": "đồng ý khen thưởng",
        "refused": "không khen thưởng",
        "conditions-not-met": "chưa đủ điều kiện",
        "dossier-incomplete": "hồ sơ chưa đầy đủ",
        "votes-not-reached": "không đạt tỷ lệ phiếu bầu",
        "under-investigation": "đang trong thời gian xem xét, điều tra",
        "other": "lý do khác",
        "fraud-in-declaring": "gian dối trong kê khai thành tích",
        "false-papers": "thông tin, giấy tờ không đúng sự thật",
        "procedure-against-law": "trình tự, thủ tục trái quy định của pháp luật",
        "fault-in-period": "có kết luận của cơ quan có thẩm quyền về sai phạm trong thời gian xét khen thưởng",
        "score-moved": "điểm đã thay đổi",
        "period-reopened": "kỳ báo cáo được mở lại",
        "no-longer-qualifies": "không còn đủ điều kiện",
        "given-up": "nơi nhận không trả lời trong thời hạn thử lại",
        "receiver-gone": "nơi nhận báo không còn hoạt động (410)",
        "events-forgotten": "sự kiện chưa gửi đã quá thời hạn lưu",
    }
)
ENGLISH = MappingProxyType(
    {
        "granted": "granted",
        "refused": "refused",
        "conditions-not-met": "conditions not met",
        "dossier-incomplete": "dossier incomplete",
        "votes-not-reached": "the share of votes was not reached",
        "under-investigation": "under investigation",
        "other": "another reason",
        "fraud-in-declaring": "fraud in declaring achievements",
        "false-papers": "false information or papers",
        "procedure-against-law": "procedure against the law",
        "fault-in-period": "a competent finding of fault in the counted period",
        "score-moved": "the score moved",
        "period-reopened": "the period was reopened",
        "no-longer-qualifies": "the conditions are no longer met",
        "given-up": "the receiver did not answer for as long as we try",
        "receiver-gone": "the receiver said that it is gone (410)",
        "events-forgotten": "events not yet sent are no longer kept",
    }
)


def word(code: str, language: str) -> str:
    """Say a code in words; one that is not known stands for itself."""
    return (VIETNAMESE if language == "vi" else ENGLISH).get(code, code)
