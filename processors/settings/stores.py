"""Where records, chunks, answers and files are kept."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from processors.settings.addresses import hide_logins
from processors.settings.group import SettingsGroup, variables
from processors.settings.logins import Login


class Kafka(Login, alias_generator=variables("RUNLORE_KAFKA_")):
    """The event log."""

    bootstrap: str
    replication: int = Field(
        1, ge=1, description="Replicas of each topic that is created; at most as many as there are brokers."
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Whether brokers are reached by TLS (`SSL`), with a login (`SASL`), or both."
    )
    sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "", description="How the login is proved; empty: no login."
    )

    @model_validator(mode="after")
    def _require_login(self) -> Self:
        protocol = f"{self._name('security_protocol')}={self.security_protocol}"
        needed = ("sasl_mechanism", "username")
        if self.security_protocol.startswith("SASL"):
            for field in needed:
                if not getattr(self, field):
                    raise ValueError(f"{protocol} needs {self._name(field)}")
            if (self.security_protocol, self.sasl_mechanism) == ("SASL_PLAINTEXT", "PLAIN"):
                raise ValueError(f"{self._name('sasl_mechanism')}=PLAIN shows the password: use SASL_SSL")
        elif given := [self._name(field) for field in needed if getattr(self, field)]:
            raise ValueError(f"{given[0]} needs SASL_SSL, not {protocol}")
        if self._has_certificates and not self.security_protocol.endswith("SSL"):
            raise ValueError(f"{protocol} uses no certificate: it must be SSL or SASL_SSL")
        return self


class OpenSearch(Login, alias_generator=variables("RUNLORE_OPENSEARCH_")):
    """The index."""

    url: str
    replicas: int = Field(
        0, ge=0, description="Copies of each index beside the first, of versions and slices made from now on."
    )
    shards: int = Field(
        1,
        ge=1,
        le=1_024,
        description="Parts of each index of chunks, of slices and versions that are made anew from now on.",
    )

    @model_validator(mode="after")
    def _require_tls(self) -> Self:
        if self.username and hide_logins(self.url) != self.url:
            raise ValueError(f"{self._name('url')} carries a login, and {self._name('username')} is one")
        if (self.username or self._has_certificates) and not self.url.startswith("https://"):
            raise ValueError(f"a login or certificates need an https:// address in {self._name('url')}")
        return self


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
