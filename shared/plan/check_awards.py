"""The rules of award rules, vetoes and appraisal: each names what exists, can be met, and bars no one in a circle."""

from __future__ import annotations

from shared.plan.check_subjects import check_condition, note_repeated, note_unknown
from shared.plan.circles import circle_from
from shared.plan.reading import Reading
from shared.plan.types import AwardRule, FirstOf, Plan, TiesAtLine


def check_awards(plan: Plan, reading: Reading) -> None:
    """Note every award rule that names nothing, can never be met, or whose words are half said."""
    check_vetoes(plan, reading)
    for award in plan.awards:
        check_names(plan, award, reading)
        check_quota(plan, award, reading)
        check_level(award, reading)
        for condition in award.conditions:
            check_condition(plan, reading, condition)
    check_not_beside(plan, reading)


def check_vetoes(plan: Plan, reading: Reading) -> None:
    """A veto looks at something that exists, and there is an award for it to bar."""
    note_repeated(reading, plan.vetoes)
    for veto in plan.vetoes:
        check_condition(plan, reading, veto)
    if plan.vetoes and not plan.awards:
        vi = "Có điều kiện loại (vetoes) nhưng không có hình thức khen thưởng nào để xét; thêm awards hoặc bỏ vetoes."
        en = "There are vetoes but no awards that they could bar; add awards or leave vetoes out."
        reading.note("/vetoes", "veto-without-award", vi, en)


def check_names(plan: Plan, award: AwardRule, reading: Reading) -> None:
    """Clusters and rules that are named exist; conditions and papers have codes of their own."""
    for index, cluster in enumerate(award.clusters):
        note_unknown(reading, award, f"clusters/{index}", cluster, [one.code for one in plan.clusters])
    for index, rule in enumerate(award.not_beside):
        note_unknown(reading, award, f"not_beside/{index}", rule, [one.code for one in plan.awards])
    note_repeated(reading, award.conditions)
    note_repeated(reading, award.dossier)


def check_quota(plan: Plan, award: AwardRule, reading: Reading) -> None:
    """A quota that the selection can never reach says something that does not happen."""
    selection = award.selection
    if award.quota is None or not isinstance(selection, FirstOf) or selection.ties is TiesAtLine.INCLUDE:
        return
    most = selection.count * len(award.clusters or plan.clusters)
    if award.quota > most:
        vi = f"Chỉ tiêu {award.quota} không bao giờ đạt tới: các cụm cộng lại nhiều nhất {most}. Hãy giảm xuống hoặc bỏ đi."
        en = f"The quota of {award.quota} is never reached: all clusters together suggest at most {most}. Lower it or leave it out."
        reading.note_at(award, "quota", "quota-unreachable", vi, en)


def check_level(award: AwardRule, reading: Reading) -> None:
    if bool(award.level_vi) != bool(award.level_en):
        key = "level_en" if award.level_vi else "level_vi"
        vi, en = f"Cấp khen thưởng chỉ ghi một thứ tiếng; thêm {key}.", f"The level is said in one language only; add {key}."
        reading.note_at(award, key, "language-absent", vi, en)


def check_not_beside(plan: Plan, reading: Reading) -> None:
    """No rule gives way to itself, at once or in a circle: then none of them would come first."""
    barred_by = {award.code: award.not_beside for award in plan.awards}
    for award in plan.awards:
        circle = circle_from(award.code, barred_by)
        if circle:
            path = " → ".join(circle)
            vi = f"not_beside tạo thành vòng ({path}); bỏ một mắt xích để có thứ tự trước sau."
            en = f"not_beside goes in a circle ({path}); leave one link out, so that one of them comes first."
            reading.note_at(award, "not_beside", "not-beside-circle", vi, en)
