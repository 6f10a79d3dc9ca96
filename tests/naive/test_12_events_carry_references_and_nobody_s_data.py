"""A naive program puts names of people and papers of dossiers into events, where they stay for ever."""

from typing import Any

from shared.events.awards import AwardDecided
from tests.contracts.documents import FACTS
from tests.contracts.test_fields import PERSONAL, models_under


def fields_of(fact: type[Any]) -> set[str]:
    return {name for model in models_under(fact) for name in model.model_fields}


def test_no_event_has_a_field_for_a_person_or_for_the_content_of_a_paper() -> None:
    assert {name for fact in FACTS.values() for name in fields_of(fact) if PERSONAL.search(name)} == set()


def test_an_award_names_its_recipient_by_reference() -> None:
    assert "agency" in fields_of(AwardDecided)
    assert not {name for name in fields_of(AwardDecided) if "name" in name}
