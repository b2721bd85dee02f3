"""Back-ups: where they go, what is in them beside the index, and how many are kept."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Json, SecretStr, model_validator

from processors.settings.group import SettingsGroup, variables


class Repository(BaseModel):
    """A snapshot repository as OpenSearch is told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: Literal["fs", "s3", "azure", "gcs", "hdfs"]
    settings: dict[str, Any] = Field(description="Such as a location, or a bucket and a base_path.")


class Backup(SettingsGroup, alias_generator=variables("RUNLORE_BACKUP_")):
    """What the DAG `backup` makes, and `restore` reads."""

    url: str = Field("", description="Where back-ups are kept: file:// or s3://; empty: none are made.")
    repository: Json[Repository] | None = Field(
        None, description="JSON object with type and settings of OpenSearch's snapshot repository."
    )
    databases: Json[dict[str, SecretStr]] = Field(
        {}, description="JSON object of name and address of each PostgreSQL database that is dumped."
    )
    folders: Json[dict[str, str]] = Field(
        {}, description="JSON object of name and URL of each folder that is copied, beside staging."
    )
    kept: int = Field(7, ge=1, description="How many finished back-ups are kept.")
    schedule: str = Field(
        "@daily", description="When the DAG backup runs by itself, as cron, in UTC; empty: never."
    )

    @model_validator(mode="after")
    def _require_repository(self) -> Self:
        if self.url and self.repository is None:
            raise ValueError("RUNLORE_BACKUP_REPOSITORY is missing: RUNLORE_BACKUP_URL alone holds no index")
        return self
