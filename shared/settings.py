"""Settings come from environment variables alone; a wrong one is named with what is allowed, a secret is never shown."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SHOWN_LENGTH_MAX = 60
_BROKERS = re.compile(r"[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*")
BODY_BYTES_DEFAULT = 1_000_000


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


def _brokers(value: object) -> object:
    if isinstance(value, str) and not _BROKERS.fullmatch(value):
        raise ValueError("host:port, more of them with a comma between")
    return value


PostgresUrl = Annotated[SecretStr, BeforeValidator(_postgres_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class ServiceSettings(BaseSettings):
    """What every service can be told. A service adds its own and sets the prefix of its variables."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=False)

    database_url: PostgresUrl = Field(description="URL of PostgreSQL, as the service's own role.")
    migration_url: PostgresUrl | None = Field(
        default=None, description="URL of PostgreSQL, as the role that owns the schema; for `migrate` only."
    )
    pool_size: int = Field(default=10, ge=2, le=100, description="Connections to PostgreSQL.")
    statement_timeout_seconds: float = Field(default=30, ge=1, le=600, description="Longest statement.")

    kafka_bootstrap: Annotated[str, BeforeValidator(_brokers)] = Field(description="Addresses of Kafka's brokers.")
    kafka_security: SecurityProtocol = Field(default=SecurityProtocol.PLAINTEXT, description="How Kafka is spoken to.")
    kafka_mechanism: SaslMechanism = Field(default=SaslMechanism.SCRAM_SHA_512, description="SASL mechanism.")
    kafka_username: str | None = Field(default=None, description="SASL user.")
    kafka_password: SecretStr | None = Field(default=None, description="SASL password.")
    kafka_ca_file: str | None = Field(default=None, description="File of the authorities that vouch for the brokers.")

    http_host: str = Field(default="127.0.0.1", min_length=1, description="Address that HTTP listens on.")
    http_port: Port = Field(description="Port that HTTP listens on.")
    http_timeout_seconds: float = Field(
        default=10, ge=0.1, le=300, description="Time in which a request must have come in whole and be answered."
    )
    http_concurrency: int = Field(default=200, ge=1, le=10_000, description="Requests served at the same time; more get 503.")
    http_connections: int = Field(default=1_000, ge=1, le=100_000, description="Open connections; more are refused.")
    http_body_bytes: int = Field(default=BODY_BYTES_DEFAULT, ge=1_000, le=100_000_000, description="Largest body.")
    http_key_per_second: float = Field(default=500, ge=0.1, le=100_000, description="Requests a second of one key; more get 429.")
    http_key_burst: int = Field(default=2_000, ge=1, le=1_000_000, description="Requests of one key at once, after a pause.")
    access_cache_seconds: float = Field(default=2, ge=0, le=300, description="How long a key is remembered before it is looked up again.")

    drain_seconds: float = Field(default=10, ge=1, le=60, description="Time for finishing what is in hand after SIGTERM.")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="How much is logged.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (given by name)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (given by name)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (given by name)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (given by name)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is passed and nothing else: `load_settings` alone reads the environment, so that it can name what is wrong."""
        return (init_settings,)


S = TypeVar("S", bound=ServiceSettings)


class SettingsWrong(Exception):
    """One sentence for each variable that is wrong or missing."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def load_settings(cls: type[S], environment: Mapping[str, str] | None = None) -> S:
    """Read the settings; raises SettingsWrong that names every wrong variable, its value and what is allowed."""
    variables = dict(os.environ if environment is None else environment)
    prefix = str(cls.model_config.get("env_prefix", "")).upper()
    known = {f"{prefix}{name}".upper(): name for name in cls.model_fields}
    given = {known[name.upper()]: value for name, value in variables.items() if name.upper() in known and value != ""}
    strangers = sorted(name for name in variables if prefix and name.upper().startswith(prefix) and name.upper() not in known)
    sentences = [_unknown(name, known) for name in strangers]
    try:
        settings = cls.model_validate(given)
    except ValidationError as error:
        sentences += [_wrong(cls, prefix, detail["loc"], detail["msg"], given) for detail in error.errors(include_url=False)]
    else:
        if not sentences:
            return settings
    raise SettingsWrong(sentences)


def _unknown(name: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(name.upper(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
    return f"{name} is not a setting; {hint}"


def _wrong(cls: type[ServiceSettings], prefix: str, place: tuple[int | str, ...], message: str, given: Mapping[str, str]) -> str:
    """One sentence: the variable, its value unless it is a secret, and what is allowed."""
    if not place:
        return message.removeprefix("Value error, ")
    field = str(place[0])
    about = cls.model_fields[field]
    allowed = message.removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("a valid ")
    variable = f"{prefix}{field.upper()}"
    if field not in given:
        return f"{variable} is missing: {about.description}"
    shown = "(secret, not shown)" if _is_secret(about) else repr(given[field][:SHOWN_LENGTH_MAX])
    return f"{variable} is {shown}, but must be {allowed}: {about.description}"


def _is_secret(about: FieldInfo) -> bool:
    return "Secret" in repr(about.annotation)
