"""What a trial costs besides time: processor seconds of competitor, database and broker, and memory. On Linux; elsewhere zeros."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Processor seconds since each process began."""

    competitor: float = 0.0
    postgres: float = 0.0
    kafka: float = 0.0

    def __sub__(self, before: Self) -> "Effort":
        return Effort(
            competitor=self.competitor - before.competitor, postgres=self.postgres - before.postgres, kafka=self.kafka - before.kafka
        )

    def for_share(self, factor: float) -> "Effort":
        """Scale what was seen of a part of the records to all of them."""
        return Effort(competitor=self.competitor * factor, postgres=self.postgres * factor, kafka=self.kafka * factor)


def effort(*, competitor: int, postgres: int, kafka: int) -> Effort:
    """Ask the system how long three processes, with all their children, have worked."""
    return Effort(competitor=seconds_of(competitor), postgres=seconds_of(postgres), kafka=seconds_of(kafka))


def seconds_of(process: int) -> float:
    """Add up what a process, its living children and its ended ones have worked; 0 is no process."""
    if not process:
        return 0.0
    return (ticks(process, with_ended=True) + sum(ticks(child, with_ended=False) for child in children(process))) / TICKS


def ticks(process: int, *, with_ended: bool) -> int:
    """Read user and system time of one process; of one that is gone, none."""
    fields = stat_of(process)
    return sum(int(each) for each in fields[11 : 15 if with_ended else 13])


def children(process: int) -> list[int]:
    """Name the processes that one has started and that live."""
    numbers = [int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit()] if PROCESSES.exists() else []
    return [number for number in numbers if stat_of(number)[1:2] == [str(process)]]


def stat_of(process: int) -> list[str]:
    """Read the fields of /proc/<process>/stat from the state on; the name before them may hold anything."""
    try:
        return (PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def memory_megabytes(process: int) -> float:
    """Read how much memory a process holds now."""
    try:
        lines = (PROCESSES / str(process) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
