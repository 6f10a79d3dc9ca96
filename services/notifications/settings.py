"""What the service can be told, beside what every service can be told."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.notifications.domain.notices import EMAIL_PATTERN
from shared.settings import ServiceSettings


def _smtp_url(value: object) -> object:
    """A URL whose parts can be used as they are; the port is always said."""
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not re.search(r":\d{1,5}$", parts.netloc) or parts.path.strip("/"):
        raise ValueError("smtp://host:port or smtps://host:port, with user:password@ before the host where the server asks for them")
    return value


SmtpUrl = Annotated[SecretStr, BeforeValidator(_smtp_url)]


class NotificationsSettings(ServiceSettings):
    """Environment variables NOTIFICATIONS_…"""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_")

    http_timeout_seconds: float = Field(
        default=40,
        ge=0.1,
        le=300,
        description="Time in which a request must have come in whole and be answered, waiting for events included.",
    )
    feed_retention_days: int = Field(default=30, ge=7, le=3_650, description="Days that events stay in the feed.")
    feed_waiters: int = Field(
        default=100, ge=0, le=5_000, description="Readers that may wait for events at the same time; more are answered at once."
    )

    webhook_allow_private: bool = Field(default=False, description="Whether webhooks may go to private addresses and over plain HTTP.")
    webhook_ca_file: str | None = Field(default=None, description="File of further authorities that vouch for receivers.")
    webhook_timeout_seconds: float = Field(default=10, ge=0.5, le=60, description="Time in which a receiver must answer.")
    webhook_turns: int = Field(default=64, ge=1, le=1_000, description="Receivers written to at the same time.")
    webhook_first_wait_seconds: float = Field(
        default=5, ge=0.1, le=3_600, description="Wait after the first failed attempt; doubled each time."
    )
    webhook_longest_wait_seconds: float = Field(default=3_600, ge=1, le=86_400, description="Longest wait between two attempts.")
    webhook_give_up_hours: float = Field(
        default=72, ge=0.01, le=144, description="Hours of failing after which a subscription is disabled."
    )
    webhook_subscriptions: int = Field(default=50, ge=1, le=10_000, description="Subscriptions that one key's holder may have.")

    smtp_url: SmtpUrl | None = Field(default=None, description="Mail server, smtp://host:port; without one nothing is mailed.")
    smtp_timeout_seconds: float = Field(default=10, ge=0.5, le=120, description="Time in which the mail server must answer each step.")
    mail_from: str = Field(default="khong-tra-loi@thidua.invalid", pattern=EMAIL_PATTERN, description="Address that mail comes from.")
    mail_attempts: int = Field(default=10, ge=1, le=100, description="Attempts to hand over a mail before it counts as failed.")
    mail_age_days: float = Field(default=7, gt=0, le=365, description="News older than that is not mailed any more.")
    notice_retention_days: int = Field(default=400, ge=30, le=3_650, description="Days that notices are kept.")
    operator_email: str | None = Field(default=None, pattern=EMAIL_PATTERN, description="Who is told that a subscription was disabled.")
