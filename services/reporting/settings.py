"""What reporting can be told, by environment variables REPORTING_… alone."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import Port, ServiceSettings


class ReportingSettings(ServiceSettings):
    """The common settings, and its own."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_")

    http_port: Port = Field(default=8101, description="Port that HTTP listens on.")
    batch_body_bytes: int = Field(default=10_000_000, ge=1_000, le=100_000_000, description="Largest body of many reports together.")
    source_partitions: int = Field(default=3, ge=1, le=1_000, description="Partitions of a new source's topics.")
    source_replication: int | None = Field(
        default=None, ge=1, le=10, description="Copies of a new source's topics; without it 3, or one for each broker if they are fewer."
    )
