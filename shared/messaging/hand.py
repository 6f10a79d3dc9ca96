"""The batch in hand: who waits for it, and whether it is still ours to finish."""

import asyncio


class Hand:
    """One polled batch while it is dealt with. Given up, it is not begun again: whoever owns its partitions reads it anew."""

    def __init__(self) -> None:
        self.given_up = asyncio.Event()
        self.done = asyncio.Event()
        self.in_trouble = False

    def give_up(self) -> None:
        """Begin no further attempt; what runs now may end."""
        self.given_up.set()

    async def finished_within(self, seconds: float) -> bool:
        """Wait for the batch, not at all where it is in trouble; give it up where it does not end in time."""
        if self.in_trouble and not self.done.is_set():
            self.give_up()
        try:
            await asyncio.wait_for(self.done.wait(), seconds)
        except TimeoutError:
            self.give_up()
            return False
        return True
