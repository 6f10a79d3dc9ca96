"""The pieces of JSON and shell that pages show are whole, and a report that they show is one that we would read."""

import json
import shutil
import subprocess

import pytest

from shared.events.intake import ReportSent
from tests.docs.pages import blocks, page, pages

SHELL = [(path, block) for path in pages() for block in blocks(page(path), "bash")]
JSON = [(path, block) for path in pages() for block in blocks(page(path), "json")]


@pytest.mark.parametrize(("path", "block"), SHELL)
def test_every_piece_of_shell_can_be_parsed(path: str, block: str) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    result = subprocess.run([bash, "-n"], input=block, capture_output=True, text=True, timeout=10, check=False)
    assert result.returncode == 0, f"{path}: {result.stderr}"


@pytest.mark.parametrize(("path", "block"), JSON)
def test_every_piece_of_json_can_be_parsed(path: str, block: str) -> None:
    json.loads(block)


def test_the_report_in_the_guide_is_one_that_we_would_read() -> None:
    block = next(block for _, block in SHELL if "cat > report.json" in block)
    body = block.partition("<<'END'\n")[2].partition("\nEND\n")[0]
    assert ReportSent.model_validate_json(body).agency == "ha-nam.phu-ly"
