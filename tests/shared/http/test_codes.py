"""The catalogue: complete, in both languages, and the same codes wherever something is refused."""

import ast
import unicodedata
from pathlib import Path
from string import Formatter

import pytest

from shared.http.codes import CATALOGUE, FACT_LENGTH_MAX, ErrorCode, entry, fault, pointer_to

ROOT = Path(__file__).parents[3]
# Values are refused by the plan's own words, problems and faults by the catalogue's: the codes are the same.
NAMING = {"fault", "problem", "Problem", "ValueRefused"}
SOURCES = [file.read_text(encoding="utf-8") for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py")]
ENTRIES = pytest.mark.parametrize("known", CATALOGUE.values(), ids=CATALOGUE)


@ENTRIES
def test_a_code_is_kebab_case_and_has_a_status_of_http(known: ErrorCode) -> None:
    assert known.code == known.code.lower()
    assert known.code.replace("-", "").isalnum()
    assert known.status == 200 or 400 <= known.status < 600


@ENTRIES
def test_a_code_is_told_in_both_languages_in_sentences_of_composed_text(known: ErrorCode) -> None:
    sentences = [known.detail_vi, known.detail_en, known.mend_vi, known.mend_en]
    assert all(sentence.endswith((".", "…", "}")) for sentence in sentences)
    assert all(unicodedata.is_normalized("NFC", text) for text in [*sentences, known.title_vi, known.title_en])
    assert known.title_en.isascii()


@ENTRIES
def test_both_languages_ask_for_the_same_facts(known: ErrorCode) -> None:
    def facts(*sentences: str) -> set[str]:
        names = {name for sentence in sentences for _, name, _, _ in Formatter().parse(sentence) if name}
        return {name.removesuffix("_vi").removesuffix("_en") for name in names}

    assert facts(known.detail_vi, known.mend_vi) == facts(known.detail_en, known.mend_en)


def test_a_code_that_is_not_in_the_catalogue_is_refused() -> None:
    with pytest.raises(KeyError):
        entry("no-such-code")


def test_every_code_that_the_product_names_is_in_the_catalogue() -> None:
    named = {code for path in _sources() for code in _codes_named(path)}
    assert named - CATALOGUE.keys() == set()
    assert "body-too-large" in named


def test_every_fact_that_a_sentence_asks_for_is_told_where_the_code_is_named() -> None:
    untold = {f"{path.relative_to(ROOT)}: {code} lacks {facts}" for path in _sources() for code, facts in _untold(path)}
    assert untold == set()


def test_what_was_sent_is_shown_on_one_line_and_cut() -> None:
    said = fault("criterion-unknown", criterion="a\nb\x1b[31m\u202e" + "x" * 10_000).detail_en
    assert "\n" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < FACT_LENGTH_MAX + 100


def test_a_fact_that_is_not_told_leaves_a_gap_and_never_fails_an_answer() -> None:
    assert fault("criterion-unknown").detail_en == "The plan has no criterion with the code …."


def test_braces_that_a_sender_wrote_are_text() -> None:
    assert fault("criterion-unknown", criterion="{0.__class__}").detail_en.endswith("code {0.__class__}.")


@pytest.mark.parametrize(("parts", "pointer"), [((), ""), (("values", "a/b~c"), "/values/a~1b~0c"), (("items", 3), "/items/3")])
def test_a_pointer_is_written_as_json_pointers_are(parts: tuple[str | int, ...], pointer: str) -> None:
    assert pointer_to(*parts) == pointer


def _sources() -> list[Path]:
    return [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]


def _calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Calls that name a code, where it is written out."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in NAMING and call.args]
    return [(call.args[0].value, call) for call in named if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)]


def _codes_named(path: Path) -> set[str]:
    return {code for code, _ in _calls(path)}


def _untold(path: Path) -> list[tuple[str, list[str]]]:
    found = []
    for code, call in _calls(path):
        told = {keyword.arg for keyword in call.keywords}
        has_own_words = isinstance(call.func, ast.Name) and call.func.id == "ValueRefused"
        if None not in told and not has_own_words and code in CATALOGUE and CATALOGUE[code].facts - told:
            found.append((code, sorted(CATALOGUE[code].facts - told)))
    return found


@ENTRIES
def test_a_code_is_used_somewhere(known: ErrorCode) -> None:
    assert any(f'"{known.code}"' in text for text in SOURCES)
