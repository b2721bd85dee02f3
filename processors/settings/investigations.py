"""Investigations: alerts that come in, and where what was found out about them is posted."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from processors.settings.group import SettingsGroup, variables


class Investigations(SettingsGroup, alias_generator=variables("RUNLORE_INVESTIGATIONS_")):
    """What is done with an alert that Alertmanager sends."""

    url_file: Path | None = Field(
        None, description="File with the address that investigations are posted to; empty: no alert is taken."
    )
    form: Literal["json", "slack", "mattermost"] = Field(
        "json", description="Of what is posted: all of it as JSON, or a message of Slack or Mattermost."
    )
    language: Literal["en", "ru"] = Field("en", description="Language of what is posted.")
    keep_seconds: int = Field(
        604_800,
        ge=3600,
        le=7_776_000,
        description="How long an alert that was investigated is remembered, so that a repeat isn't.",
    )

    @model_validator(mode="after")
    def _require_url(self) -> Self:
        if self.url_file is not None:
            self.read_url()
        return self

    def read_url(self) -> str:
        """Return the address, which may be a secret as a whole; empty where none is set.

        Raises:
            ValueError: The file holds none.
        """
        if self.url_file is None:
            return ""
        url = self.url_file.read_text(encoding="utf-8").strip() if self.url_file.is_file() else ""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"RUNLORE_INVESTIGATIONS_URL_FILE: {self.url_file} holds no http address")
        return url
