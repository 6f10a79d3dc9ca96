"""Which version counts: by number, never by arrival."""

import itertools

from services.scoring.domain.standing import NamedVersion, Void, VoidKind, is_held, standing_version, version_that_counts


def gone(version: int, revision: int = 5) -> Void:
    return Void(version=version, kind=VoidKind.WITHDRAWN, revision=revision)


def sent_back(version: int, revision: int = 5) -> Void:
    return Void(version=version, kind=VoidKind.RETURNED, revision=revision)


def named(version: int | None) -> NamedVersion:
    return NamedVersion(version=version, closed_revision=10)


def test_the_highest_version_counts_whatever_the_order_of_arrival() -> None:
    assert {standing_version(order, ()) for order in itertools.permutations((1, 2, 3))} == {3}


def test_without_a_report_nothing_counts() -> None:
    assert standing_version((), ()) is None


def test_a_withdrawal_voids_its_version_and_all_below() -> None:
    assert standing_version((1, 2, 3), [gone(2)]) == 3
    assert standing_version((1, 2), [gone(2)]) is None
    assert standing_version((1, 2, 3), [gone(3)]) is None


def test_a_return_voids_its_own_version_alone() -> None:
    assert standing_version((1, 2), [sent_back(2)]) == 1
    assert standing_version((1, 2), [sent_back(1)]) == 2


def test_what_the_closing_named_counts_also_against_a_higher_version() -> None:
    assert version_that_counts((1, 2), (), named(1)) == 1
    assert version_that_counts((1, 2), (), named(None)) is None


def test_a_version_that_was_named_and_has_not_come_leaves_the_standing_one() -> None:
    assert version_that_counts((1,), (), named(2)) == 1
    assert not is_held((1,), named(2))
    assert is_held((1, 2), named(2))
    assert is_held((), named(None))


def test_only_a_void_after_the_close_touches_what_was_named() -> None:
    assert version_that_counts((1, 2), [sent_back(2, revision=9)], named(2)) == 2
    assert version_that_counts((1, 2), [sent_back(2, revision=11)], named(2)) is None
    assert version_that_counts((1, 2), [gone(2, revision=11)], named(2)) is None
