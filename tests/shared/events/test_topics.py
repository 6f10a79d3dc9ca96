"""The catalogue is whole: each event has one type, each topic says who may write it and how long it is kept."""

import pytest

from shared.events import CATALOGUE, INTAKE, SOURCE_TOPICS, TOPICS, Topic
from shared.events.topics import FACT_BY_TYPE, TYPE_BY_FACT, type_of


def test_every_event_type_has_one_fact_and_every_fact_one_type() -> None:
    assert {TYPE_BY_FACT[fact] for fact in FACT_BY_TYPE.values()} == set(FACT_BY_TYPE)


def test_the_catalogue_is_the_topics_of_sources_and_the_common_ones() -> None:
    assert set(map(id, CATALOGUE)) == set(map(id, (*SOURCE_TOPICS, *TOPICS)))


@pytest.mark.parametrize("topic", CATALOGUE, ids=lambda topic: topic.name)
def test_a_topic_belongs_to_sources_only_where_its_name_says_so(topic: Topic) -> None:
    assert ("<source>" in topic.name) == (topic in SOURCE_TOPICS)


def test_lateness_can_be_judged_since_the_broker_stamps_intake() -> None:
    assert INTAKE.config["message.timestamp.type"] == "LogAppendTime"


def test_a_topic_of_a_source_carries_its_name() -> None:
    assert INTAKE.named("ha-nam-lgsp") == "intake.ha-nam-lgsp"


def test_a_type_is_written_with_the_name_of_the_product_and_a_version() -> None:
    assert type_of("report-submitted") == "vn.thidua.report-submitted.v1"
