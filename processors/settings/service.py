"""The service: where it is, how it searches, how long it waits."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, Json

from processors.settings.group import SettingsGroup, variables


def _require_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone such as UTC or Europe/Berlin")
    return name


class Service(SettingsGroup):
    """The process, and who may reach it."""

    url: str = Field(description="Public address of the service, used in citation links.")
    host: str = Field(
        "127.0.0.1",
        min_length=1,
        alias="RUNLORE_SERVICE_HOST",
        description="Address that the service listens on; 0.0.0.0 in a container.",
    )
    cors_origins: Json[tuple[str, ...]] = Field(
        (), description="JSON list of the origins whose pages may ask from a browser."
    )
    mcp_hosts: Json[tuple[str, ...]] = Field(
        (), description="JSON list of further names, with their port, by which clients of MCP reach it."
    )
    log_level: str = Field("WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$")


class Retrieval(SettingsGroup):
    """How a question is understood and searched."""

    time_zone: Annotated[str, AfterValidator(_require_zone)] = Field(
        "UTC", description='Time zone of those who ask: what "yesterday at 10" means.'
    )
    neural_search: bool = Field(
        False, description="Whether OpenSearch makes the vectors of questions, by its plugin for models."
    )
    reranker: Literal["", "sentences"] = Field(
        "", description="Whether the best hits are read again, sentence by sentence; empty: no."
    )


class Shadow(SettingsGroup, alias_generator=variables("RUNLORE_SHADOW_")):
    """What a candidate is asked before it goes live."""

    share: float = Field(
        0.0, ge=0, le=1, description="Share of the live questions that is also asked of a candidate."
    )
    seconds: int = Field(
        0, ge=0, le=3600, description="How long a candidate that passed the gate is read in the shadow."
    )


class Timeouts(SettingsGroup):
    """How long the service waits, in seconds."""

    search_seconds: float = Field(
        3.0,
        gt=0,
        alias="RUNLORE_SEARCH_TIMEOUT_SECONDS",
        description="How long the service waits for a search.",
    )
    embedding_seconds: float = Field(
        2.0,
        gt=0,
        alias="RUNLORE_EMBEDDING_TIMEOUT_SECONDS",
        description="How long a question waits for its vector; then words alone are searched.",
    )
    model_connect_seconds: float = Field(
        2.0, gt=0, description="How long the service waits for a connection to a model."
    )
    model_first_seconds: float = Field(
        20.0, gt=0, description="How long the answering model may take to begin; then passages are shown."
    )
    model_gap_seconds: float = Field(
        10.0,
        gt=0,
        description="How long an answer that has begun may stand still; then it ends with an error.",
    )
    request_seconds: float = Field(
        60.0, gt=0, description="How long a request may take, its stream included."
    )


class Breaker(SettingsGroup, alias_generator=variables("RUNLORE_BREAKER_")):
    """When a part that fails is left alone."""

    failures: int = Field(
        5, ge=1, description="Failures in a row after which a part is left alone for a while."
    )
    rest_seconds: float = Field(
        2.0, gt=0, description="How long it is left alone before one call tries again."
    )
