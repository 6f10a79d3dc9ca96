"""What the benchmark says and keeps: tables on standard output, JSON and SVG in `build/bench/`."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from deploy.local.places import CHECKOUT
from tests.benchmarks.chart import bars, line
from tests.benchmarks.competitors import COMPETITORS
from tests.benchmarks.growth import Cost
from tests.benchmarks.latency import Delay
from tests.benchmarks.product import Served
from tests.benchmarks.rates import Ratio, Spread, middle_processor, middle_rates
from tests.benchmarks.trial import Measured

FOLDER = CHECKOUT / "build" / "bench"
TITLES = {each.name: each.title for each in COMPETITORS}


def keep(name: str, text: str) -> Path:
    """Write a file of the benchmark's folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / name
    path.write_text(text, encoding="utf-8")
    return path


def as_json(value: object) -> str:
    """Write values as JSON, with the machine that they were measured on."""
    machine = {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
    return (
        json.dumps(
            {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "found": value},
            default=_plain,
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _plain(value: Any) -> object:
    """Lay a value out as JSON knows it."""
    if is_dataclass(value) and not isinstance(value, type):
        extra = {"rate": value.rate} if isinstance(value, Measured) else {}
        return asdict(value) | extra
    raise TypeError(f"JSON has no form for {type(value).__name__}")


def say_begins(part: str) -> None:
    """Show that a part of the benchmark begins, and when."""
    print(f"\n[{datetime.now(UTC):%H:%M:%S}] {part}", flush=True)


def keep_rates(done: Sequence[Sequence[Measured]], found: Sequence[Ratio]) -> None:
    """Write down what the rounds gave so far."""
    keep("rates.json", as_json({"rounds": done, "ratios": found}))


def say_rates(done: Sequence[Sequence[Measured]], found: Sequence[Ratio]) -> None:
    """Print what each does in a second, and how many times as fast the runtime is."""
    print(f"\nOne hop, {len(done)} rounds, the competitors in turn: read, check, store, announce, acknowledged; medians")
    print(f"{'':40}{'records/s':>11}{'   processor µs a record: itself, database, broker':>52}")
    rates = middle_rates(done)
    for each in COMPETITORS:
        spent = middle_processor(done, each.name)
        print(f"{each.title:40}{rates[each.name]:>11,.0f}{spent['competitor']:>28.0f}{spent['postgres']:>11.0f}{spent['kafka']:>11.0f}")
    print(f"\n{'How many times as fast the runtime is as':40}{'records/s':>23}{'processor time':>23}{'floor':>7}{'goal':>6}")
    for ratio in found:
        both = f"{said(ratio.rate):>23}{said(ratio.processor):>23}"
        print(f"{TITLES[ratio.over]:40}{both}{ratio.floor or '–':>7}{ratio.goal or '–':>6}{verdict(ratio):>8}")
    keep_rates(done, found)
    rows = [(TITLES[name], rate, f"{rate / rates['bare']:.2f} of (a)") for name, rate in rates.items()]
    print(f"\n{keep('rates.svg', bars('One hop: records a second, as a share of the bare loop', rows))}")


def said(of: Spread | None) -> str:
    """Write the middle of a ratio, and its extremes."""
    return "–" if of is None else f"{of.middle:.2f} ({of.lowest:.2f} – {of.highest:.2f})"


def verdict(ratio: Ratio) -> str:
    """Say in a word whether a ratio is above its floor."""
    if ratio.floor is None:
        return ""
    return "holds" if ratio.holds else "FAILS"


def say_latency(found: Sequence[Delay]) -> None:
    """Print how long one hop takes in a quiet system."""
    print(f"\nOne record a second, all at once, {found[0].records} records each, until appended; milliseconds")
    print(f"{'':40}{'middle':>9}{'9 of 10':>9}{'longest':>9}")
    for each in found:
        print(f"{TITLES[each.competitor]:40}{each.middle_ms:>9.1f}{each.high_ms:>9.1f}{each.longest_ms:>9.1f}")
    keep("latency.json", as_json(found))


def say_memory(found: Measured) -> None:
    """Print how the runtime's memory went."""
    memory = found.memory_megabytes
    marks = [(share, memory[min(len(memory) - 1, int(len(memory) * share))]) for share in (0.1, 0.5, 0.999)]
    said = ", ".join(f"{megabytes:.0f} MB after {share:.0%}" for share, megabytes in marks)
    print(f"\nMemory of the runtime over {found.records:,} records ({found.rate:,.0f}/s): {said}")
    keep("memory.json", as_json(found))


def say_product(found: Served) -> None:
    """Print what the three services do together."""
    spent = ", ".join(f"{name} {microseconds:,.0f}" for name, microseconds in found.processor_microseconds.items())
    print(f"\nThe product, all of it on this machine: {found.reports:,} agencies report over Kafka; scores read by an outside consumer")
    rates = f"{median(found.rates):,.0f} scores/s ({min(found.rates):,.0f} – {max(found.rates):,.0f})"
    print(f"  {rates} when all reports wait; processor µs a report: {spent}")
    print(f"  at {found.half_rate:,.0f} reports/s: middle {found.half_middle_ms:,.0f} ms, 99 of 100 within {found.half_high_ms:,.0f} ms")
    print(f"  at 1 report/s: middle {found.quiet_middle_ms:,.0f} ms, 99 of 100 within {found.quiet_high_ms:,.0f} ms")
    keep("product.json", as_json(found))


def say_growth(found: Sequence[Cost]) -> None:
    """Print what a record costs as tables grow."""
    print("\nThe runtime as inbox and effects grow; processor µs a record")
    print(f"{'rows before':>14}{'records/s':>12}{'runtime':>10}{'database':>10}")
    for each in found:
        print(f"{each.rows:>14,}{each.rate:>12,.0f}{each.runtime_microseconds:>10.0f}{each.postgres_microseconds:>10.0f}")
    keep("growth.json", as_json(found))
    points = [(float(each.rows), each.runtime_microseconds + each.postgres_microseconds) for each in found]
    print(f"\n{keep('growth.svg', line('Processor microseconds a record, runtime and database', 'rows in inbox and effects', points))}")
