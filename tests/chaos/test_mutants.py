"""Each way in which the runtime was broken on purpose still applies to it; `make mutants` runs them all."""

from collections import Counter
from pathlib import Path

import pytest

from deploy.local.places import CHECKOUT
from tests.chaos.mutants import MUTANTS, Mutant, MutantStale, mutate


def tree_of(mutant: Mutant, folder: Path) -> Path:
    """Copy the files that a mutant changes."""
    for path in {edit.path for edit in mutant.edits}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text((CHECKOUT / path).read_text("utf-8"), "utf-8")
    return folder


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_code_that_is_there_and_names_a_test_that_is_there(mutant: Mutant, tmp_path: Path) -> None:
    before = mutate(tree_of(mutant, tmp_path), mutant)
    for path, text in before.items():
        assert path.read_text("utf-8") != text
        if path.suffix == ".py":
            compile(path.read_text("utf-8"), str(path), "exec")
    module, _, name = mutant.test.partition("::")
    assert f"def {name}(" in (CHECKOUT / module).read_text("utf-8")


def test_a_mutant_whose_text_is_gone_is_loud(tmp_path: Path) -> None:
    tree = tree_of(MUTANTS[0], tmp_path)
    mutate(tree, MUTANTS[0])
    (path,) = {edit.path for edit in MUTANTS[0].edits}
    (tree / path).write_text("", "utf-8")
    with pytest.raises(MutantStale):
        mutate(tree, MUTANTS[0])


def test_there_are_at_least_twelve_mutants_and_no_two_of_one_name() -> None:
    assert len(MUTANTS) >= 12
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1
