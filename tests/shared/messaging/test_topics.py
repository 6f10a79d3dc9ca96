"""Topics are made once, and what the cluster refuses is said."""

import pytest

from shared.messaging import Rejected, WantedTopic, make_topics
from tests.shared.messaging.stage import Stage


async def test_only_topics_that_are_missing_are_made(stage: Stage) -> None:
    wanted = [WantedTopic(name=name, partitions=2, config={"retention.ms": "-1"}) for name in (stage.topic, f"{stage.name}.new")]
    assert await make_topics(stage.kafka, wanted) == [f"{stage.name}.new"]
    assert await make_topics(stage.kafka, wanted) == []


async def test_a_topic_that_the_cluster_refuses_is_rejected(stage: Stage) -> None:
    with pytest.raises(Rejected):
        await make_topics(stage.kafka, [WantedTopic(name="no spaces", partitions=1, config={})])
