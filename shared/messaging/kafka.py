"""How the runtime speaks to Kafka: each client made here, with the settings that its promise needs."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from faststream.kafka import KafkaBroker
from faststream.message import StreamMessage
from faststream.middlewares import AckPolicy
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.messaging.consumes import Consumes
from shared.messaging.poll import Poll
from shared.messaging.records import RawRecord
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.skip import Skips

Batch = tuple[RawRecord, ...]
Take = Callable[[Batch], Awaitable[None]]

REQUEST_TIMEOUT_MS = 10_000
BATCH_BYTES_MAX = 1_040_000  # under the broker's 1,048,588, above the largest record with its framing

MECHANISMS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def subscribe(
    kafka: KafkaSettings, consumes: Consumes[Any], take: Take, listener: ConsumerRebalanceListener, limits: Limits
) -> KafkaBroker:
    """Make a FastStream broker whose one batch subscriber hands raw records to `take`, and commits nothing itself."""
    broker = KafkaBroker(
        kafka.bootstrap.split(","),
        client_id=kafka.client_id,
        security=_security(kafka),
        metadata_max_age_ms=kafka.metadata_max_age_ms,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=None,  # who stops it has waited for the batch in hand already
        apply_types=False,
        logger=None,
    )
    subscriber = broker.subscriber(
        *consumes.topics,
        pattern=consumes.pattern,
        group_id=consumes.name,
        batch=True,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        parser=_untouched,
        decoder=_as_polled,
        listener=listener,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_records=limits.batch_records_max,
        batch_timeout_ms=limits.batch_wait_ms,
        max_partition_fetch_bytes=limits.partition_fetch_bytes_max,
        fetch_max_bytes=limits.fetch_bytes_max,
        session_timeout_ms=limits.session_timeout_ms,
        heartbeat_interval_ms=limits.heartbeat_ms,
        rebalance_timeout_ms=limits.rebalance_timeout_ms,
    )
    subscriber(take)
    return broker


async def _untouched(raw: Batch) -> StreamMessage[Batch]:
    """Pass the records on as they are: FastStream's own parser loses the batch on one header that is null or not UTF-8."""
    return StreamMessage(raw_message=raw, body=b"")


async def _as_polled(message: StreamMessage[Batch]) -> Batch:
    """Decode nothing, for the same reason."""
    return message.raw_message


async def start(broker: KafkaBroker, consumer: str, skips: Skips) -> None:
    """Start polling, with the guard before the client's `getmany` from its first call on."""
    await broker.connect()
    build = broker.config.broker_config.builder

    def guarded(**settings: Any) -> AIOKafkaConsumer:
        client = build(**settings)
        client.getmany = Poll(client, consumer, skips).getmany
        return client

    broker.config.broker_config.builder = guarded
    await broker.start()


def client_of(broker: KafkaBroker) -> AIOKafkaConsumer:
    """Return the client under the one subscriber, which has started."""
    (subscriber,) = broker.subscribers
    return subscriber.consumer  # type: ignore[attr-defined]


def is_polling(broker: KafkaBroker) -> bool:
    """Tell whether the task that polls is alive."""
    (subscriber,) = broker.subscribers
    return any(not task.done() for task in subscriber.tasks)  # type: ignore[attr-defined]


def producer(kafka: KafkaSettings) -> AIOKafkaProducer:
    """Make the relay's producer: acknowledged by all in-sync replicas, idempotent, whole batches for a partition."""
    return AIOKafkaProducer(
        acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES_MAX, max_request_size=BATCH_BYTES_MAX, **_connection(kafka)
    )


def admin(kafka: KafkaSettings) -> AIOKafkaAdminClient:
    """Make a client that asks about the cluster."""
    return AIOKafkaAdminClient(**_connection(kafka))


def onlooker(kafka: KafkaSettings, group: str | None = None) -> AIOKafkaConsumer:
    """Make a consumer that is no member of any group and commits nothing."""
    return AIOKafkaConsumer(group_id=group, enable_auto_commit=False, isolation_level="read_committed", **_connection(kafka))


def bare_client(kafka: KafkaSettings) -> AIOKafkaClient:
    """Make the client under all others: it asks a broker and hands over the answer as it came."""
    return AIOKafkaClient(**_connection(kafka))


def _connection(kafka: KafkaSettings) -> dict[str, Any]:
    return {
        "bootstrap_servers": kafka.bootstrap.split(","),
        "client_id": kafka.client_id,
        "security_protocol": kafka.security_protocol,
        "ssl_context": kafka.ssl_context,
        "sasl_mechanism": kafka.sasl_mechanism,
        "sasl_plain_username": kafka.sasl_username,
        "sasl_plain_password": kafka.sasl_password,
        "metadata_max_age_ms": kafka.metadata_max_age_ms,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }


def _security(kafka: KafkaSettings) -> BaseSecurity:
    tls = kafka.security_protocol in {"SSL", "SASL_SSL"}
    if not kafka.security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=kafka.ssl_context, use_ssl=tls)
    mechanism = MECHANISMS[kafka.sasl_mechanism]
    return mechanism(kafka.sasl_username or "", kafka.sasl_password or "", ssl_context=kafka.ssl_context, use_ssl=tls)
