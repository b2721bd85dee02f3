"""Where records, chunks, answers and files are kept."""

from pathlib import Path

from pydantic import Field

from processors.settings.group import SettingsGroup, variables


class Kafka(SettingsGroup, alias_generator=variables("RUNLORE_KAFKA_")):
    """The event log."""

    bootstrap: str
    replication: int = Field(
        1, ge=1, description="Replicas of each topic that is created; at most as many as there are brokers."
    )


class OpenSearch(SettingsGroup, alias_generator=variables("RUNLORE_OPENSEARCH_")):
    """The index."""

    url: str
    replicas: int = Field(
        0, ge=0, description="Copies of each index beside the first, of versions and slices made from now on."
    )


class Redis(SettingsGroup, alias_generator=variables("RUNLORE_REDIS_")):
    """The cache, which also counts what each user asks."""

    url: str
    cache_ttl_seconds: int = Field(86_400, ge=60, alias="RUNLORE_CACHE_TTL_SECONDS")
    warmed_answers: int = Field(
        300, ge=0, alias="RUNLORE_WARMED_ANSWERS", description="How many answers are written ahead."
    )


class Storage(SettingsGroup):
    """Files: what stages hand to each other, and what can be lost."""

    staging_url: str = Field(description="Where stages hand Parquet to each other: file:// or s3://.")
    staging_days: int = Field(7, ge=1, description="How long staging folders are kept.")
    work_dir: Path = Field(description="Local folder for Git mirrors and other caches that can be lost.")
