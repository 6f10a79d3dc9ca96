"""The pages of `docs/errors/`, one for each code of the catalogue, made from it."""

import re
from collections.abc import Iterator

from shared.http.codes import CATALOGUE, ErrorCode

WHO = {2: "A note: what was sent is accepted.", 4: "The sender mends it.", 5: "It is ours to mend; the sender sends the same again later."}
FIRST_LINES = """\
# What can be wrong

Every code that an answer, a receipt over Kafka or a note may carry. A code never changes its meaning. Over HTTP the answer is a problem
(RFC 9457) whose `type` is `/errors/CODE`; a `report-rejected` receipt carries the same code and sentences. Made from
[codes.toml](../../shared/http/codes.toml) by `make documents`.

| code | status | tiếng Việt | English |
|---|---|---|---|
"""


def errors_pages() -> Iterator[tuple[str, str]]:
    """Give the list of all codes and the page of each, by file name."""
    rows = [f"| [{known.code}]({known.code}.md) | {known.status} | {known.title_vi} | {known.title_en} |" for known in CATALOGUE.values()]
    yield "README.md", FIRST_LINES + "\n".join(rows) + "\n"
    for known in CATALOGUE.values():
        yield f"{known.code}.md", page(known)


def page(known: ErrorCode) -> str:
    """Write the page of one code. Facts of a case stand in ‹ ›."""
    told = {name: facts(getattr(known, name)) for name in ("detail_vi", "detail_en", "mend_vi", "mend_en")}
    return f"""\
# {known.code}

HTTP status {known.status}. {WHO[known.status // 100]}

| | tiếng Việt | English |
|---|---|---|
| | **{known.title_vi}** | **{known.title_en}** |
| what | {told["detail_vi"]} | {told["detail_en"]} |
| how to mend it | {told["mend_vi"]} | {told["mend_en"]} |

All codes: [README](README.md).
"""


def facts(sentence: str) -> str:
    """Show the places that the facts of a case fill."""
    return re.sub(r"\{(\w+)\}", r"‹\1›", sentence).replace("|", r"\|")
