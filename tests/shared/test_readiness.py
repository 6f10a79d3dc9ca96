"""Ready means that nothing is missing."""

from shared.readiness import PARTS_MAX, Readiness


def test_a_part_is_missing_with_its_latest_reason_until_it_is_up() -> None:
    readiness = Readiness()
    readiness.down("kafka", "no answer")
    readiness.down("kafka", "refused")
    assert dict(readiness.missing) == {"kafka": "refused"}
    readiness.up("kafka")
    assert dict(readiness.missing) == {}


def test_a_part_that_was_never_down_may_be_up() -> None:
    readiness = Readiness()
    readiness.up("kafka")
    assert dict(readiness.missing) == {}


def test_parts_without_end_are_not_kept() -> None:
    readiness = Readiness()
    for number in range(PARTS_MAX + 50):
        readiness.down(f"part-{number}", "x" * 10_000)
    assert len(readiness.missing) == PARTS_MAX
    assert max(map(len, readiness.missing.values())) == 500
