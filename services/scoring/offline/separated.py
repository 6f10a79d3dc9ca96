"""A sheet in separated text: comma, semicolon or tab, whichever the first line holds most of."""

from __future__ import annotations

import csv
import io

from services.scoring.offline.sheet import CELL_LENGTH_MAX, Gathering, Sheet, unreadable

SEPARATORS = ",;\t"


def read_separated(text: str) -> Sheet:
    """Read the rows; a cell may hold a separator or a line break between quotation marks. Raises `TableInvalid`."""
    text = text.lstrip("\ufeff")
    separator = max(SEPARATORS, key=text.split("\n", 1)[0].count)
    csv.field_size_limit(CELL_LENGTH_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    gathering = Gathering()
    try:
        for row in reader:
            gathering.add(reader.line_num, tuple(cell.strip() for cell in row))
    except csv.Error as error:
        vi, en = f"Không đọc được CSV ({error}).", f"This is not CSV ({error}); look for a quotation mark that is not closed."
        raise unreadable(reader.line_num, "table-malformed", vi, en) from error
    return gathering.sheet(separated_by_commas=separator == ",")
