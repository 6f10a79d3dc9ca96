"""Every text file is whole: NFC, no unfinished business, no address of a package registry, no path of one person's machine."""

import re
import unicodedata

import pytest

from tests.architecture.sources import texts
from tests.architecture.verdict import holds

# Put together from parts, so that this file passes its own guard. A file that names a registry breaks where only a mirror is reachable.
REGISTRIES = tuple(
    re.escape(".".join(parts))
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("maven", "org"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("mcr", "microsoft", "com"),
        ("registry", "k8s", "io"),
    )
)
REGISTRY = re.compile(rf"(?<![\w-])(?:[\w-]+\.)*(?:{'|'.join(REGISTRIES)})(?![\w-])", re.IGNORECASE)
UNFINISHED = re.compile(rf"\b(?:{'|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'))})\b")
PERSONAL_PATH = re.compile(r"(?<![\w.~-])/(?:home|Users)/(?!appuser\b)[a-z]\w*|(?<![\w.~/-])/wor" + r"k/\w")


RULES = (("registry", REGISTRY), ("unfinished", UNFINISHED), ("personal path", PERSONAL_PATH))


def faults(path: str, text: str) -> dict[str, str]:
    """What is wrong with one text file."""
    lines = [(f"{path}:{number}", line) for number, line in enumerate(text.splitlines(), start=1)]
    seen = [(place, rule, pattern.search(line)) for place, line in lines for rule, pattern in RULES]
    found = {place: f"{place}: {rule}: {match.group(0)}" for place, rule, match in seen if match is not None}
    if not unicodedata.is_normalized("NFC", text):
        found[f"{path}: NFC"] = f"{path} is not in NFC: the same Vietnamese word would be two different ones"
    return found


def test_every_text_file_is_whole_and_of_nobody_in_particular() -> None:
    holds({place: sentence for path, text in texts() for place, sentence in faults(path, text).items()})


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "thi đua, khen thưởng"),
        "index-url = https://" + "pypi" + ".org/simple",
        "https://files." + "pythonhosted" + ".org/x",
        "image: " + "docker" + ".io/library/postgres:18",
        "# TO" + "DO: later",
        "cd /wor" + "k/main",
        "/home/" + "lan/thidua",
    ],
)
def test_the_guard_sees_a_text_that_is_not_whole(text: str) -> None:
    assert faults("a.md", text)


@pytest.mark.parametrize("text", ["Phong trào thi đua", "org.apache.kafka:kafka_2.13:4.4.0", "shared/work/a.py", "image: postgres:18"])
def test_the_guard_lets_an_ordinary_text_pass(text: str) -> None:
    assert faults("a.md", text) == {}
