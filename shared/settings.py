"""Settings come from environment variables alone; a wrong one is named with what is allowed, a secret is never shown."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SHOWN_LENGTH_MAX = 60


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SecurityProtocol(StrEnum):
    """How Kafka is spoken to."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How Kafka is told who speaks."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


def _postgres_url(value: object) -> object:
    if isinstance(value, str) and not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("a URL that begins with postgresql://")
    return value


PostgresUrl = Annotated[SecretStr, BeforeValidator(_postgres_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class ServiceSettings(BaseSettings):
    """What every service can be told. A service adds its own and sets the prefix of its variables."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=False)

    database_url: PostgresUrl = Field(description="PostgreSQL, as the service's own role.")
    migration_url: PostgresUrl | None = Field(default=None, description="PostgreSQL, as the role that owns the schema; for `migrate` only.")
    pool_size: int = Field(default=10, ge=2, le=100, description="Connections to PostgreSQL.")
    statement_timeout_seconds: float = Field(default=30, ge=1, le=600, description="Longest statement.")

    kafka_bootstrap: str = Field(pattern=r"^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$", description="Kafka brokers, host:port, comma between.")
    kafka_security: SecurityProtocol = Field(default=SecurityProtocol.PLAINTEXT, description="How Kafka is spoken to.")
    kafka_mechanism: SaslMechanism = Field(default=SaslMechanism.SCRAM_SHA_512, description="SASL mechanism.")
    kafka_username: str | None = Field(default=None, description="SASL user.")
    kafka_password: SecretStr | None = Field(default=None, description="SASL password.")
    kafka_ca_file: str | None = Field(default=None, description="File of the authorities that vouch for the brokers.")

    http_host: str = Field(default="127.0.0.1", min_length=1, description="Address that HTTP listens on.")
    http_port: Port = Field(description="Port that HTTP listens on.")
    http_timeout_seconds: float = Field(default=10, ge=0.1, le=300, description="Time in which a request must have come in whole and be answered.")
    http_concurrency: int = Field(default=200, ge=1, le=10_000, description="Requests served at the same time; more get 503.")
    http_body_bytes: int = Field(default=1_000_000, ge=1_000, le=100_000_000, description="Largest body.")
    access_cache_seconds: float = Field(default=2, ge=0, le=300, description="How long a key is remembered before it is looked up again.")

    drain_seconds: float = Field(default=10, ge=1, le=60, description="Time for finishing what is in hand after SIGTERM.")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="How much is logged.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read environment variables and nothing else."""
        return (init_settings, env_settings)


S = TypeVar("S", bound=ServiceSettings)


class SettingsWrong(Exception):
    """One sentence for each variable that is wrong or missing."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def load_settings(cls: type[S], environment: Mapping[str, str] | None = None) -> S:
    """Read the settings; raises SettingsWrong that names every wrong variable, its value and what is allowed."""
    raise NotImplementedError
