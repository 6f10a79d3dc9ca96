"""What scoring can be told, by environment variables SCORING_…."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import Port, ServiceSettings


class ScoringSettings(ServiceSettings):
    """The settings of every service, and how often due work is looked for when nobody wakes the workers."""

    model_config = SettingsConfigDict(env_prefix="SCORING_")

    http_port: Port = Field(default=8102, description="Port that HTTP listens on.")
    poll_seconds: float = Field(default=1, ge=0.1, le=60, description="How often due work is looked for; wakes come sooner.")
