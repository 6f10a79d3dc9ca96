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
from tests.docs.services import SERVICES, commands, settings_class

COMMAND = re.compile(r"python -m ((?:services|deploy)\.[\w.]+)((?: [a-z][a-z-]*(?![\w./]))*)")
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


def named_commands() -> list[tuple[str, str]]:
    """Module and words of every command of ours that a page names, without arguments."""
    return sorted({(match[1], match[2].strip()) for path in pages() for match in COMMAND.finditer(page(path))})


def test_the_table_of_settings_equals_the_settings_classes() -> None:
    text = page("docs/operations.md").partition("<!-- settings")[2].partition("<!-- end of settings -->")[0]
    wanted = expected_rows()
    written = tables(text)[0][1:] if tables(text) else []
    assert written == wanted, "\n" + "\n".join(f"| {' | '.join(row)} |" for row in wanted)


@pytest.mark.parametrize(("module", "words"), [(module, words) for module, words in named_commands() if module.startswith("services.")])
def test_every_command_that_a_page_names_exists(module: str, words: str) -> None:
    assert words in commands(module.removeprefix("services."))


@pytest.mark.parametrize("module", sorted({module for module, _ in named_commands() if not module.startswith("services.")}))
def test_every_program_that_a_page_names_can_be_asked_for_help(module: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=CHECKOUT, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_command_that_no_service_has_is_seen() -> None:
    assert "fly" not in commands("scoring")
    assert "keys fly" not in commands("reporting")
