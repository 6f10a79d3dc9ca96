"""A set that raises is halved until the bad one stands alone; what trying again can mend is nobody's fault."""

from collections.abc import Sequence

import pytest

from services.scoring.workers.halves import by_halves


class Bench:
    """Does work on numbers; some of them can not be worked on."""

    def __init__(self, *bad: int) -> None:
        self.bad = frozenset(bad)
        self.done: list[int] = []
        self.failed: list[int] = []

    async def work(self, items: Sequence[int]) -> None:
        if self.bad.intersection(items):
            raise ValueError("a bad one is among them")
        self.done.extend(items)

    async def put_aside(self, item: int, error: Exception) -> None:
        assert isinstance(error, ValueError)
        self.failed.append(item)


@pytest.mark.parametrize("bad", [(), (0,), (6,), (2, 3), (0, 1, 2, 3, 4, 5, 6)])
async def test_only_the_bad_ones_are_put_aside(bad: tuple[int, ...]) -> None:
    bench = Bench(*bad)
    await by_halves(range(7), bench.work, bench.put_aside)
    assert (bench.failed, bench.done) == (sorted(bad), [one for one in range(7) if one not in bad])


async def test_a_database_that_is_away_puts_nothing_aside() -> None:
    bench = Bench()

    async def away(_items: Sequence[int]) -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await by_halves(range(7), away, bench.put_aside)
    assert bench.failed == []
