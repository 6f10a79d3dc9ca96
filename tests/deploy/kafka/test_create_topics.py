"""Topics are made once, with their settings; a cluster that is away or refuses is named."""

import subprocess
import sys

import pytest

from deploy.kafka.create_topics import TopicsRefused, create_topics
from deploy.local.kafka import embedded_kafka
from deploy.local.places import CHECKOUT
from deploy.local.processes import RunFolder


class Topic:
    """A topic as the catalogue describes one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.partitions = 2
        self.config = {"retention.ms": "-1", "message.timestamp.type": "LogAppendTime"}


async def test_topics_are_made_once_with_their_settings(kafka_bootstrap: str) -> None:
    topics = [Topic("made-once")]
    assert await create_topics(kafka_bootstrap, topics) == ["made-once"]
    assert await create_topics(kafka_bootstrap, topics) == []


async def test_a_topic_that_the_cluster_refuses_is_named(kafka_bootstrap: str) -> None:
    with pytest.raises(TopicsRefused, match=r"refused to make the topic not/allowed: "):
        await create_topics(kafka_bootstrap, [Topic("not/allowed")])


def test_the_command_makes_the_topics_of_the_catalogue(run_folder: RunFolder) -> None:
    with embedded_kafka(run_folder) as address:  # one that no other test has made topics on
        command = [sys.executable, "-m", "deploy.kafka.create_topics", "--bootstrap", address.bootstrap]
        first, second = (subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60) for _ in range(2))
    assert (first.returncode, first.stdout) == (0, "made: registry, reports, scores, awards; there before: 0\n")
    assert (second.returncode, second.stdout) == (0, "made: none; there before: 4\n")


def test_a_cluster_that_is_away_is_named_in_one_sentence() -> None:
    command = [sys.executable, "-m", "deploy.kafka.create_topics", "--bootstrap", "127.0.0.1:1"]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert result.stderr.startswith("Kafka at 127.0.0.1:1 cannot be reached or refuses: ")
    assert len(result.stderr.splitlines()) == 1
