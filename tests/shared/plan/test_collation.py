"""Names stand in the order of a Vietnamese list, whatever form their letters came in."""

import random
import unicodedata

from shared.plan.collation import vietnamese_order

IN_ORDER = [
    "3 tháng 2",
    "An Giang",
    "Ba Vì",
    "Bà Rịa",
    "Bắc Giang",
    "Bắc Ninh",
    "Cao Bằng",
    "Duy Tiên",
    "Đà Nẵng",
    "Đắk Lắk",
    "Đồng Nai",
    "Ha Nam",
    "Hà An",
    "Hà Nam",
    "Hà Nội",
    "Hải Dương",
    "Hạ Long",
    "Thanh Hóa",
    "Ưu Long",
]


def test_names_stand_by_letters_first_and_by_tone_within_a_syllable() -> None:
    shuffled = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    by_rule = sorted(shuffled, key=vietnamese_order)
    # ạ is a with a tone, so "Hạ" comes right behind the other tones of "ha" and before "hai".
    wanted = [*IN_ORDER[:15], "Hạ Long", "Hải Dương", *IN_ORDER[17:]]
    assert by_rule == wanted


def test_the_five_tones_follow_the_level_one_in_their_order() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=vietnamese_order) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_letters_with_marks_are_letters_of_their_own() -> None:
    assert sorted("ăâadđeêoôơuư", key=vietnamese_order) == list("aăâdđeêoôơuư")


def test_case_and_form_make_no_difference() -> None:
    for form in ("NFC", "NFD"):
        assert vietnamese_order(unicodedata.normalize(form, "ĐẮK LẮK")) == vietnamese_order("Đắk Lắk")
