"""What every offline command begins with: reading a plan and refusing in sentences, each fault with its place and how to mend it.

Exit codes: 0 done; 1 what was read is wrong, or differs; 2 wrong usage.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from shared.plan.document import PlanInvalid, read_plan
from shared.plan.types import Period, Plan
from shared.plan.values import nearest_codes, shown

FILE_BYTES_MAX = 50_000_000
INPUT_WRONG = 1
USAGE_WRONG = 2
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def speak_utf8() -> None:
    """Vietnamese is printed whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def refused(lines: Iterable[str], code: int = INPUT_WRONG) -> typer.Exit:
    for line in lines:
        typer.echo(line, err=True)
    return typer.Exit(code)


def say_notice(plan: Plan) -> None:
    """An illustrative plan says so wherever it is used."""
    if plan.illustrative:
        typer.echo(f"{plan.notice_en} / {plan.notice_vi}", err=True)


def bytes_of(path: Path) -> bytes:
    """The bytes of a file that is not too large, or a sentence that says why it cannot be read."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise refused([f"{path}: the file is larger than {FILE_BYTES_MAX} bytes. / Tệp quá lớn."])
        return path.read_bytes()
    except OSError as error:
        raise refused([f"{path}: cannot be read ({error.strerror}). / Không đọc được tệp."]) from error


def text_of(path: Path) -> str:
    """The text of a file."""
    return text_in(path, bytes_of(path))


def text_in(path: Path, raw: bytes) -> str:
    """UTF-8, or the UTF-16 that spreadsheets call Unicode text, known by its mark."""
    try:
        return raw.decode("utf-16" if raw.startswith(UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused([f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8. / Hãy lưu tệp dạng UTF-8."]) from error


def plan_in(path: Path) -> Plan:
    try:
        return read_plan(text_of(path))
    except PlanInvalid as invalid:
        places = ((f"{path}:{problem.line}:{problem.column}", problem) for problem in invalid.problems)
        raise refused(
            f"{place}: {one.pointer or '/'}: {one.sentence_en} / {one.sentence_vi} ({one.code})" for place, one in places
        ) from invalid


def period_of(plan: Plan, code: str, values: Path) -> Period:
    """The period asked for; else the one that the file is named after; else the last, for a plan may know fewer years than the data."""
    periods = {str(period.code): period for period in plan.periods}
    if not code:
        return periods.get(values.stem, plan.periods[-1])
    if code not in periods:
        nearest = ", ".join(nearest_codes(code, list(periods))) or ", ".join(list(periods)[:10])
        raise refused(
            [f"--period {shown(code)}: the plan has no such period. Nearest: {nearest}. / Kế hoạch không có kỳ này."], USAGE_WRONG
        )
    return periods[code]
