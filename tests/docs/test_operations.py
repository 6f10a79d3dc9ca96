"""What the page for operators says of settings and commands is what the code says."""

import re
import subprocess
import sys
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from shared.settings import ServiceSettings
from tests.docs.pages import CHECKOUT, page, pages, tables
from tests.docs.services import SERVICES, settings_class

COMMAND = re.compile(r"python -m ((?:services|deploy)\.[\w.]+)((?: [a-z][a-z-]*(?![\w.]))*)")
COMMAND_SECONDS_MAX = 60


def default_of(field: FieldInfo) -> str:
    """A default in words."""
    if field.is_required():
        return "must be set"
    value: Any = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return "none"
    shown = value.get_secret_value() if isinstance(value, SecretStr) else value
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def setting_rows(fields: dict[str, FieldInfo], prefix: str) -> list[tuple[str, ...]]:
    """Rows of the table of settings."""
    return [
        (f"`{prefix}{name.upper()}`", default_of(field), (field.description or "").replace("|", "\\|")) for name, field in fields.items()
    ]


def expected_rows() -> list[tuple[str, ...]]:
    """What all services share first, then what each has of its own."""
    shared = ServiceSettings.model_fields
    rows = setting_rows(shared, "…_")
    for service in SERVICES:
        own = {name: field for name, field in settings_class(service).model_fields.items() if name not in shared}
        rows += setting_rows(own, f"{service.upper()}_")
    return rows


def commands() -> list[str]:
    """Every command of ours that a page names, without its arguments."""
    found = {f"{match[1]}{match[2]}" for path in pages() for match in COMMAND.finditer(page(path))}
    return sorted(found)


def test_the_table_of_settings_equals_the_settings_classes() -> None:
    text = page("docs/operations.md").partition("<!-- settings")[2].partition("<!-- end of settings -->")[0]
    wanted = expected_rows()
    written = tables(text)[0][1:] if tables(text) else []
    assert written == wanted, "\n" + "\n".join(f"| {' | '.join(row)} |" for row in wanted)


@pytest.mark.parametrize("command", commands())
def test_every_command_that_a_page_names_exists(command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command.split(), "--help"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )
    assert result.returncode == 0, result.stderr
