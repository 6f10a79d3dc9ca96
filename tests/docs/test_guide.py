"""The integrators' guide works as it stands: its commands, pasted in order into a shell, send a report and bring back its score."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from deploy.local.stack import LocalStack, Ports, local_stack
from tests.docs.pages import CHECKOUT, blocks, page

pytestmark = pytest.mark.tools

SCRIPT_SECONDS_MAX = 120
NEEDED = ("bash", "curl", "kcat")
KAFKA = "127.0.0.1:29092"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """The whole product on free ports."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")
    with local_stack(f"guide-{os.getpid()}", ports=Ports.free()) as running:
        yield running


def script(bootstrap: str) -> str:
    """All commands of the guide as one script; addresses and keys come from the environment instead of its first lines."""
    lines = "\n".join(blocks(page("docs/integrators.md"), "bash")).splitlines()
    kept = [line for line in lines if not line.startswith("export ")]
    return "set -euo pipefail\n" + "\n".join(kept).replace(KAFKA, bootstrap) + "\n"


def test_the_guide_brings_a_report_to_its_score_on_both_ways(stack: LocalStack, tmp_path: object) -> None:
    keys = {
        "OPERATOR_KEY": stack.add_key("operator", "guide-operator"),
        "STANDING_BODY_KEY": stack.add_key("standing-body", "guide-standing-body"),
        "SOURCE_KEY": stack.command("reporting", "sources", "add", "demo").strip().splitlines()[-1],
    }
    addresses = {"REPORTING": stack.urls["reporting"], "SCORING": stack.urls["scoring"]}
    assert urlsplit(addresses["REPORTING"]).port
    prelude = f"cd {tmp_path} && ln -s {CHECKOUT}/plans plans\n"
    result = subprocess.run(
        ["bash", "-c", prelude + script(stack.bootstrap)],
        env={**os.environ, **addresses, **keys},
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS_MAX,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert '"state":"scored"' in result.stdout.replace(" ", ""), result.stdout
    assert "phu-ly-2023-v2" in result.stdout
