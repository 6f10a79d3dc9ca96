"""What the runtime can be told: where Kafka is, and every bound that it keeps."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """How to reach Kafka. `metadata_max_age_ms` is how soon a consumer of a pattern meets a new topic."""

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "PLAIN"
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_context: ssl.SSLContext | None = None
    metadata_max_age_ms: int = 3_000
    client_id: str = "thidua"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the runtime, units last."""

    batch_records_max: int = 500
    partition_fetch_bytes_max: int = 1_048_576
    fetch_bytes_max: int = 16_000_000
    batch_wait_ms: int = 10
    session_timeout_ms: int = 6_000
    heartbeat_ms: int = 1_500
    rebalance_timeout_ms: int = 60_000
    rebalance_wait_seconds_max: float = 20
    commit_seconds_max: float = 5
    send_seconds_max: float = 15
    stop_seconds_max: float = 9
    backoff_seconds_max: float = 5
    dead_letters_max: int = 10_000
    breaker_probe_seconds: float = 60
    relay_shard_rows_max: int = 500
    relay_shard_bytes_max: int = 2_000_000
    relay_poll_seconds: float = 1
    relay_silence_seconds_max: int = 60
    inbox_days: int = 60
    closed_dead_letter_days: int = 90
