"""The documents of the contract are those of the code, and their own public tools find nothing wrong with them."""

import importlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.events import CATALOGUE
from shared.http.codes import CATALOGUE as CATALOGUE_OF_CODES
from tests.contracts.asyncapi import asyncapi
from tests.contracts.made import DOCS, documents
from tests.contracts.metrics import MODULES, metrics_in

NODE = Path(__file__).with_name("node")
INSTALL_SECONDS_MAX = 300


def test_the_committed_documents_are_those_of_the_code() -> None:
    differing = [str(path.relative_to(DOCS)) for path, text in documents() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert differing == [], "make documents"


def test_there_is_no_page_of_a_code_that_is_gone() -> None:
    assert {file.stem for file in (DOCS / "errors").glob("*.md")} == {"README", *CATALOGUE_OF_CODES}


@pytest.mark.parametrize("name", MODULES.values())
def test_a_metric_tells_in_sentences_what_it_means_and_its_name_says_whose_it_is(name: str) -> None:
    metrics = list(metrics_in(importlib.import_module(name)))
    assert metrics
    for metric in metrics:
        (family,) = metric.describe()
        assert family.name.startswith("thidua_")
        assert family.documentation.endswith((".", "?"))


def test_every_event_is_a_message_of_its_channel_with_headers_key_and_example() -> None:
    document = asyncapi()
    for topic in CATALOGUE:
        channel = document["channels"][topic.name.partition(".")[0]]
        assert list(channel["messages"]) == list(topic.facts)
        for name in topic.facts:
            message = document["components"]["messages"][name]
            assert message["headers"]["properties"]["ce_type"]["const"] == f"vn.thidua.{name}.v1"
            assert message["bindings"]["kafka"]["key"]["examples"]
            assert message["examples"][0]["payload"]


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AsyncAPI's parser for JavaScript, installed by its lock."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", ".npmrc", "check.mjs"):
        shutil.copy(NODE / name, folder / name)
    subprocess.run(["npm", "ci", "--no-progress"], cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS_MAX)
    return folder


def parsed(parser: Path, document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Have the parser read a document."""
    file = parser / "document.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return subprocess.run(["node", "check.mjs", str(file)], cwd=parser, capture_output=True, text=True, timeout=60)


@pytest.mark.tools
@pytest.mark.timeout(400)
def test_asyncapis_own_parser_finds_nothing_wrong(parser: Path) -> None:
    found = parsed(parser, asyncapi())
    assert (found.returncode, found.stdout.partition(":")[0]) == (0, "right"), found.stdout + found.stderr


@pytest.mark.tools
@pytest.mark.timeout(400)
def test_asyncapis_own_parser_would_find_a_channel_that_is_not_there(parser: Path) -> None:
    document = asyncapi()
    document["operations"]["send-scores"]["channel"] = {"$ref": "#/channels/none"}
    found = parsed(parser, document)
    assert found.returncode == 1
    assert "operations/send-scores/channel" in found.stdout
