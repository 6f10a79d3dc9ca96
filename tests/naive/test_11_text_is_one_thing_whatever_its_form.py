"""A naive program takes two forms of one Vietnamese name for two names, and a decimal comma for thousands."""

import unicodedata
from decimal import Decimal

from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.scores import score_cluster
from services.scoring.domain.wording import figure
from services.scoring.offline.separated import read_separated
from services.scoring.offline.values_table import read_table
from shared.plan.names import agencies_by_label, folded
from shared.plan.values import Given
from tests.shared.plan.small_plans import criterion, small_plan

PLAN = small_plan(criterion("X"), criterion("Y"))


def test_a_name_is_found_in_every_form_of_its_letters() -> None:
    labels = agencies_by_label(PLAN)
    assert [labels[folded(unicodedata.normalize(form, "ĐƠN VỊ A"))] for form in ("NFC", "NFD", "NFKD")] == ["a", "a", "a"]


def test_diacritics_make_another_name_where_the_plan_knows_both() -> None:
    assert folded("Hà Nam") != folded("Hạ Nam")


def test_a_decimal_comma_is_read_and_written() -> None:
    read = read_table(PLAN, read_separated("agency;X;Y\nĐơn vị A;1,5;2\n"))
    assert read.values == {"a": {"X": Given(Decimal("1.5")), "Y": Given(Decimal(2))}}
    assert (figure(Decimal("1.5")).vi, figure(Decimal("1.5")).en) == ("1,5", "1.5")


def test_a_milliard_of_dong_is_an_exact_whole_number() -> None:
    read = read_table(PLAN, read_separated("agency;X;Y\na;10664000000000;1\n"))
    assert read.values["a"]["X"] == Given(Decimal(10664) * 10**9)  # type: ignore[index]  # codes are texts


def test_units_without_a_rank_stand_in_the_order_of_a_vietnamese_list() -> None:
    names = ("Hạ Long", "Đồng Nai", "Hà Nam", "Duy Tiên")
    agencies = "agencies:\n" + "".join(f"  - {{code: u{n}, name_vi: {name}, name_en: U{n}}}\n" for n, name in enumerate(names))
    plan = small_plan(criterion("X"), agencies=agencies)
    scores = score_cluster(plan, plan.periods[0], {agency.code: None for agency in plan.agencies})
    by_code = {agency.code: agency.name_vi for agency in plan.agencies}
    assert [by_code[one.agency] for one in rank_cluster(plan, scores).standings] == ["Duy Tiên", "Đồng Nai", "Hà Nam", "Hạ Long"]
