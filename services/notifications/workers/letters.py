"""Letters in Vietnamese and English, as text and as HTML of the same words; what a letter is filled with is never read as markup."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifications.domain.notices import NoticeKind
from services.notifications.domain.words import word
from shared.events import Fact

TEMPLATES = Path(__file__).parent.parent / "templates"
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
SUBJECT_LENGTH_MAX = 200
MESSAGE_NAMESPACE = uuid.UUID("b0a4a5b6-5d36-5e0c-9d3c-6f7f4f1f2f6e")
LANGUAGES = ("vi", "en")

FactToTell = Fact | Mapping[str, str]


class LetterUnwritable(Exception):
    """What is to be told does not fit its template, or the recipient can not stand in a header: a fault of ours, not of the mail server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as it is read: the same words as text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or a list with the sentence that leads to it."""

    lead: str
    items: tuple[str, ...]


class Letters:
    """Writes letters from the templates."""

    def __init__(self) -> None:
        self._environment = {language: _environment(language) for language in LANGUAGES}

    def write(self, kind: NoticeKind, fact: FactToTell, *, agency: str, language: str) -> Letter:
        """Write the letter of a notice; raises where a template asks for what the fact does not have."""
        environment = self._environment[language]
        template = environment.get_template(f"{kind}.{language}.j2")
        context = template.new_context({"fact": fact, "agency": agency})
        subject = " ".join("".join(template.blocks["subject"](context)).split())[:SUBJECT_LENGTH_MAX]
        text = "\n\n".join(_paragraphs("".join(template.blocks["text"](context)))) + "\n"
        layout = environment.get_template("letter.html.j2")
        html = layout.render(language=language, subject=subject, blocks=list(_blocks(text)))
        return Letter(subject=subject, text=text, html=html)


def message_id(event_source: str, event_id: str, kind: NoticeKind, recipient: str, domain: str) -> str:
    """Name a message: the same event told to the same recipient has the same name, so that a repeat can be recognised."""
    parts = (event_source, event_id, str(kind), recipient.lower())
    return f"<{uuid.uuid5(MESSAGE_NAMESPACE, chr(31).join(parts))}@{domain}>"


def message_of(letter: Letter, *, sender: str, recipient: str, id_: str, at: datetime, language: str) -> EmailMessage:
    """Put a letter into a message; a header that would break its line is refused by the library."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Message-ID"] = id_
    message["Date"] = at
    message["Content-Language"] = language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _environment(language: str) -> Environment:
    """Text is not escaped, HTML is; a placeholder without a value is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["word"] = lambda code: word(str(code), language)
    made.filters["points"] = lambda number: _points(number, language)
    made.filters["day"] = lambda day: _day(day, language)
    made.filters["instant"] = lambda instant: _instant(instant, language)
    return made


def _points(number: Decimal, language: str) -> str:
    written = format(number, "f")
    return written.replace(".", ",") if language == "vi" else written


def _day(day: date, language: str) -> str:
    return day.strftime("%d/%m/%Y") if language == "vi" else day.strftime("%d %B %Y")


def _instant(instant: datetime, language: str) -> str:
    local = instant.astimezone(LOCAL)
    return local.strftime("%H:%M ngày %d/%m/%Y") if language == "vi" else local.strftime("%H:%M on %d %B %Y (UTC+7)")


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in _paragraphs(text):
        lead = [line for line in paragraph.splitlines() if not line.startswith("- ")]
        items = [line.removeprefix("- ") for line in paragraph.splitlines() if line.startswith("- ")]
        yield Block(lead=" ".join(lead), items=tuple(items))
