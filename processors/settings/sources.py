"""What happens: the systems whose events are collected, and addresses at which people look at them."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json, SecretStr

from processors.settings.group import SettingsGroup, variables

_LOG_NAMES = ("service", "topic", "partition", "offset", "file", "begin", "end", "begin_ms", "end_ms")


def _require_log_names(url: str) -> str:
    try:
        url.format_map(dict.fromkeys(_LOG_NAMES, ""))
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise ValueError(
            f"may name only {', '.join(_LOG_NAMES)} in braces; a brace itself is doubled"
        ) from error
    return url


class LogIndex(BaseModel):
    """Log lines in an OpenSearch of yours; the DAG `collect` reads along and changes nothing there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(min_length=1, description="Address of that OpenSearch.")
    index: str = Field(min_length=1, description="Index, alias, data stream or pattern such as app-logs-*.")
    time_field: str = Field(
        "@timestamp", min_length=1, description="Date field that says when a line was written."
    )
    history_hours: int = Field(24, ge=0, description="How far back the first collection begins.")
    user: str = Field("", description="User who may read the index; empty: no login.")
    password_file: Path | None = Field(None, description="File with the user's password.")
    ca_file: Path | None = Field(None, description="Certificate authority, if the system doesn't know it.")


class Collect(SettingsGroup):
    """What the DAG `collect` asks."""

    every_seconds: int = Field(
        300, ge=15, alias="RUNLORE_COLLECT_SECONDS", description="How often metrics are collected."
    )
    queries_file: Path | None = Field(
        None, description="What to ask Prometheus; empty: the list that comes along."
    )
    log_indices: Json[tuple[LogIndex, ...]] = Field(
        (), description="JSON list of existing log indices to read along."
    )
    log_lines_per_collect: int = Field(
        20_000, ge=1, description="Most lines that one collection sends per index."
    )
    log_overlap_seconds: int = Field(60, ge=0, description="How late a line may appear in a log index.")


class Prometheus(SettingsGroup, alias_generator=variables("RUNLORE_PROMETHEUS_")):
    """Metrics."""

    url: str


class MLflow(SettingsGroup, alias_generator=variables("RUNLORE_MLFLOW_")):
    """Experiments, and the record of index versions."""

    tracking_uri: str
    history_days: int = Field(30, ge=0, description="How far back the first collection of MLflow begins.")
    runs_per_collect: int = Field(500, ge=1, description="Most changed runs that one collection sends.")
    traces: bool = Field(
        False,
        alias="RUNLORE_TRACES",
        description="Whether each answer is a trace in MLflow, to be looked at.",
    )
    traces_experiment: str = Field(
        "runlore-answers",
        min_length=1,
        alias="RUNLORE_TRACES_EXPERIMENT",
        description="Experiment of these traces; what people note there becomes golden queries.",
    )


class Airflow(SettingsGroup, alias_generator=variables("RUNLORE_AIRFLOW_")):
    """Runs of DAGs, and what is kept of them."""

    url: str = Field("", description="Airflow whose runs are collected; empty: none.")
    user: str = Field("viewer", description="User who may read DAG runs and task logs.")
    passwords_file: Path | None = Field(None, description="JSON object of user name and password.")
    log_days: int = Field(7, ge=1, description="How long Airflow's task logs and finished runs are kept.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="Airflow's database, for the DAG maintain; empty: its tables are left alone.",
    )


class Kubernetes(SettingsGroup):
    """The cluster that is watched."""

    kubeconfig: str = Field("", description="kubeconfig file of the cluster to watch; empty: none.")
    watch_seconds: int = Field(300, ge=10, description="How long one run of watch_kubernetes watches.")


class Ui(SettingsGroup):
    """Addresses for people, where they are others than those for programs."""

    airflow_url: str = Field(
        "",
        alias="RUNLORE_AIRFLOW_UI_URL",
        description="Address of Airflow for people, if it is another one.",
    )
    mlflow_url: str = Field(
        "", alias="RUNLORE_MLFLOW_UI_URL", description="Address of MLflow for people, if it is another one."
    )
    prometheus_url: str = Field(
        "",
        alias="RUNLORE_PROMETHEUS_UI_URL",
        description="Address of Prometheus for people, if it is another one.",
    )
    openwebui_url: str = Field(
        "",
        alias="RUNLORE_OPENWEBUI_UI_URL",
        description="Address of Open WebUI for people, to ask on from what is posted; empty: no link.",
    )
    logs_url: Annotated[str, AfterValidator(_require_log_names)] = Field(
        "",
        alias="RUNLORE_LOGS_UI_URL",
        description="Address that shows log lines, with {service}, {begin}, {end} …; empty: our page.",
    )
