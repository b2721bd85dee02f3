"""How events become versions: batches, masks, and how long what is made of them is kept."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, Json

from processors.settings.group import SettingsGroup, variables


def _require_pattern(pattern: str) -> str:
    try:
        found = re.compile(pattern).search("")
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if found:
        raise ValueError(f"{pattern!r} finds a secret in an empty text")
    return pattern


Patterns = tuple[Annotated[str, AfterValidator(_require_pattern)], ...]


class Events(SettingsGroup):
    """What `rag_pipeline` drains."""

    noise: Json[tuple[re.Pattern[str], ...]] = Field(
        (), description="JSON list of regular expressions; log lines that one of them finds are left out."
    )
    max_per_run: int = Field(
        50_000,
        ge=1,
        alias="RUNLORE_MAX_EVENTS_PER_RUN",
        description="A run drains at most this many Kafka events.",
    )
    shares: int = Field(
        1,
        ge=1,
        le=256,
        description="So many tasks of a run read, parse and embed side by side, each its own partitions.",
    )
    sweep_seconds: int = Field(30, ge=5, description="How often rag_pipeline looks without being woken.")


class Incidents(SettingsGroup, alias_generator=variables("RUNLORE_INCIDENT_")):
    """What `correlate` reads to find out what is wrong, and how often."""

    every_seconds: int = Field(
        60,
        ge=5,
        alias="RUNLORE_CORRELATE_SECONDS",
        description="How often correlate looks without being woken, for what ends silently.",
    )
    window_minutes: int = Field(
        60,
        ge=5,
        description="How far back events, log lines and metrics are read; a failed run counts for a day, "
        "a state or an alert until it ends.",
    )
    most_states: int = Field(
        10_000, ge=100, description="Most states of objects that are read, those that are wrong first."
    )
    most_of_a_kind: int = Field(
        2_000, ge=100, description="Most chunks of each other kind that are read, the newest first."
    )


class Redaction(SettingsGroup):
    """Which secrets are masked, and how."""

    key_file: Path = Field(
        alias="RUNLORE_MASK_KEY_FILE",
        description="File with the key of the hashes that stand for masked secrets.",
    )
    mask_emails: bool = Field(True, description="Whether e-mail addresses are masked like secrets.")
    mask_personal_numbers: bool = Field(
        False,
        description="Whether Russian passport, insurance, taxpayer and telephone numbers are masked.",
    )
    patterns: Json[Patterns] = Field(
        (),
        alias="RUNLORE_REDACTION_PATTERNS",
        description="JSON list of more regular expressions of secrets.",
    )


class Versions(SettingsGroup):
    """How index versions are built, and who is told."""

    rebuild_hours: int = Field(
        24, ge=1, description="How long a run may take that builds a version, of documents or from history."
    )
    kept: int = Field(
        5,
        ge=2,
        alias="RUNLORE_KEPT_VERSIONS",
        description="How many index versions of a pipeline are kept.",
    )
    alertmanager_url: str = Field(
        "", description="Alertmanager that is told of a refused version; empty: none."
    )
    code_commit: str = Field("unknown", description="Commit of the code that runs, kept with every version.")


class Slices(SettingsGroup, alias_generator=variables("RUNLORE_SLICE_")):
    """When a slice of a `rag` version is closed."""

    hours: int = Field(24, ge=1, description="A slice of a rag version that is as old is closed.")
    bytes: int = Field(2 * 10**9, ge=10**6, description="A slice that is as large is closed.")


class Retention(SettingsGroup, alias_generator=variables("RUNLORE_RETENTION_")):
    """When a closed slice goes, and a day of the log store."""

    days: int = Field(14, ge=1, description="A slice goes when it was closed so long ago.")
    bytes: int = Field(
        20 * 10**9, ge=10**6, description="The oldest slices of a version go while all are larger than this."
    )
    log_store_days: int = Field(
        7,
        ge=1,
        alias="RUNLORE_LOG_STORE_DAYS",
        description="How many days of the stack's own lines the log store keeps.",
    )
