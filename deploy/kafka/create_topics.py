"""Make the topics of the catalogue on a cluster; what exists already stays as it is.

Promise: may be run as often as wanted; ends with exit code 1 and one sentence when the cluster cannot be reached or refuses.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

TIMEOUT_SECONDS = 30
REPLICATION_MAX = 3


class TopicsRefused(Exception):
    """The topics cannot be made; the text says which and why."""


class Topic(Protocol):
    """What must be known of a topic to make it."""

    @property
    def name(self) -> str:
        """Its name on the cluster."""
        ...

    @property
    def partitions(self) -> int:
        """How many partitions."""
        ...

    @property
    def config(self) -> dict[str, str]:
        """Its settings, in Kafka's words."""
        ...


async def create_topics(bootstrap: str, topics: Sequence[Topic], *, replication: int | None = None) -> list[str]:
    """Make the topics that are missing; give their names. Each is kept three times, or once a broker if they are fewer."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_SECONDS * 1000)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await admin.start()
            copies = replication or min(REPLICATION_MAX, len((await admin.describe_cluster())["brokers"]))
            wanted = [NewTopic(topic.name, topic.partitions, copies, topic_configs=topic.config) for topic in topics]
            answer = await admin.create_topics(wanted, timeout_ms=TIMEOUT_SECONDS * 1000)
    except TimeoutError as failure:
        raise TopicsRefused(f"Kafka at {bootstrap} did not answer within {TIMEOUT_SECONDS} seconds") from failure
    except KafkaError as failure:
        raise TopicsRefused(f"Kafka at {bootstrap} cannot be reached or refuses: {failure}") from failure
    finally:
        await admin.close()
    return [name for name, code, reason in answer.topic_errors if was_made(name, code, reason)]


def was_made(name: str, code: int, reason: str | None) -> bool:
    """Read the cluster's answer for one topic: made now, or there before; anything else is raised."""
    if code == 0:
        return True
    if for_code(code) is TopicAlreadyExistsError:
        return False
    raise TopicsRefused(f"Kafka refused to make the topic {name}: {reason or for_code(code).__name__}")


def main() -> int:
    """Make the topics that exist from the beginning; a source's own come with the source."""
    from shared.events.topics import TOPICS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="brokers, host:port, comma between")
    parser.add_argument("--replication", type=int, help="copies of each partition (3, or one for each broker if they are fewer)")
    arguments = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would say is in our sentence
    try:
        made = asyncio.run(create_topics(arguments.bootstrap, TOPICS, replication=arguments.replication))
    except TopicsRefused as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"made: {', '.join(made) or 'none'}; there before: {len(TOPICS) - len(made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
