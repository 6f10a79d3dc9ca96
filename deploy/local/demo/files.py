"""`build/demo/rankings/`: each ranking as CSV, for spreadsheets."""

import csv
from collections.abc import Sequence
from pathlib import Path

from deploy.local.demo.outcome import Ranking

COLUMNS = ("rank", "agency", "name_vi", "name_en", "total", "note_vi", "note_en")


def write_rankings(rankings: Sequence[Ranking], folder: Path) -> None:
    """Write one file for each cluster and period; totals with a decimal point, as programs read them."""
    (folder / "rankings").mkdir(exist_ok=True)
    for ranking in rankings:
        # The byte order mark tells spreadsheets that the file is UTF-8.
        path = folder / "rankings" / f"{ranking.movement}-{ranking.period}-{ranking.cluster}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as lines:
            rows = csv.writer(lines)
            rows.writerow(COLUMNS)
            for row in ranking.rows:
                total = "" if row.total is None else format(row.total, "f")
                rows.writerow((row.rank or "", row.agency, row.name_vi, row.name_en, total, row.note_vi, row.note_en))
