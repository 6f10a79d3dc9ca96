"""Who waits is woken within milliseconds of a COMMIT, in whatever process; a wake that is lost costs one poll, nothing else."""

from collections.abc import Iterable


class Wakeup:
    """One LISTEN and one NOTIFY connection for the process. `wake` never blocks and never raises."""

    def wake(self, names: Iterable[str]) -> None:
        """Wake the workers of these names here at once, and in other processes within a few milliseconds."""
        raise NotImplementedError
