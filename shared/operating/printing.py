"""What commands print: results on standard output, one a line, so that programs can read on; progress and sums on standard error."""

import time
from collections import Counter
from collections.abc import Sequence

import typer

from shared.messaging.dead_letters import DeadLetter
from shared.operating.deciding import NOT_DONE, Decided
from shared.operating.documents import BytesDocument, DeadLetterWholeDocument, outcome_document

PROGRESS_SECONDS = 2.0
REASON_SHOWN_MAX = 100


def say(text: str) -> None:
    """Print a result."""
    typer.echo(text)


def tell(text: str) -> None:
    """Say to whoever watches what is going on."""
    typer.echo(text, err=True)


def one_line(text: str) -> str:
    """Make text of unknown origin safe for a terminal: one line, short, nothing that moves the cursor."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= REASON_SHOWN_MAX else shown[:REASON_SHOWN_MAX] + "…"


def letter_line(letter: DeadLetter) -> str:
    """A dead letter on one line."""
    place = f"{letter.topic}/{letter.partition}/{letter.offset}"
    found = letter.found_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{letter.number:>6}  {letter.state:<7}  {found}  {letter.consumer}  {place}  {letter.code}: {one_line(letter.reason)}"


def whole_lines(whole: DeadLetterWholeDocument) -> list[str]:
    """A dead letter for people: all that is known, bytes as text where they are text."""
    facts = {
        name: value for name, value in whole.model_dump(mode="json").items() if name not in ("key", "value", "headers", "trace", "reason")
    }
    lines = [f"{name:<15} {'' if value is None else value}" for name, value in facts.items()]
    lines += [f"{'reason':<15} {printable(whole.reason)}", f"{'key':<15} {shown(whole.key)}"]
    lines += [f"{'header':<15} {one_line(header.name)} = {shown(header.value)}" for header in whole.headers]
    lines += [f"{'value':<15} {shown(whole.value)}"]
    return lines + (["", printable(whole.trace)] if whole.trace else [])


def shown(content: BytesDocument | None) -> str:
    """Bytes for people."""
    if content is None:
        return "null"
    return f"base64 {content.base64}" if content.text is None else printable(content.text)


def printable(text: str) -> str:
    """Keep lines, and nothing else that would move a cursor."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)


class Tally:
    """Prints what came of each letter, how far it is, and at the end the sum."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._total = total
        self._as_json = as_json
        self._counts: Counter[str] = Counter()
        self._told = time.monotonic()

    @property
    def all_done(self) -> bool:
        """Whether there was nothing that could not be done."""
        return not any(self._counts[outcome] for outcome in NOT_DONE)

    def add(self, decided: Decided) -> None:
        """Print one, and now and then how far it is."""
        self._counts[decided.outcome] += 1
        if self._as_json:
            say(outcome_document(decided).model_dump_json())
        else:
            why = f"  {decided.failure.code}: {one_line(decided.failure.reason)}" if decided.failure else ""
            say(f"{decided.letter.number:>6}  {decided.outcome}{why}")
        if time.monotonic() - self._told >= PROGRESS_SECONDS:
            self._told = time.monotonic()
            tell(f"{self._counts.total()} of {self._total}: {self._sum()}")

    def close(self) -> None:
        """Tell the sum."""
        tell(f"{self._counts.total()} of {self._total} dead letters: {self._sum() or 'nothing to do'}")

    def _sum(self) -> str:
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._counts.items()))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
