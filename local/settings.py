"""Settings of the local stack: read once, checked at the start, passed down."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from local.errors import StackError

ROOT = Path(__file__).resolve().parent.parent

PORT_OFFSETS = MappingProxyType(
    {
        "supervisor": 0,
        "postgres": 1,
        "redis": 2,
        "kafka": 3,
        "kafka-controller": 4,
        "opensearch": 5,
        "opensearch-transport": 6,
        "airflow": 7,
        "mlflow": 8,
        "model-server": 9,
        "service": 10,
        "prometheus": 11,
        "open-webui": 12,
        "kafka-jmx-exporter": 13,
        "node-exporter": 14,
        "redis-exporter": 15,
        "postgres-exporter": 16,
        "opensearch-exporter": 17,
        "blackbox-exporter": 18,
        "airflow-log-server": 19,
        "triggerer-log-server": 20,
        "language-model": 21,
        "alertmanager": 22,
        "pipeline-exporter": 23,
        "object-store": 24,
        "kube-etcd": 30,
        "kube-etcd-peer": 31,
        "kube-apiserver": 32,
        "kube-controller-manager": 33,
        "kube-scheduler": 34,
        "kube-nodes": 35,
    }
)


def _require_size(value: str) -> str:
    if not re.fullmatch(r"\d+[kmg]b?", value, re.IGNORECASE):
        raise ValueError(f"needs a number and a unit such as 512m or 1g, got {value!r}")
    return value


def _resolve_from_root(path: Path) -> Path:
    return (ROOT / path.expanduser()).resolve()


Size = Annotated[str, AfterValidator(_require_size)]
Folder = Annotated[Path, AfterValidator(_resolve_from_root)]


class StackSettings(BaseSettings):
    """What a person may choose; `local/settings.env` documents every field as RUNLORE_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix="RUNLORE_",
        env_file=(ROOT / "local/settings.env", ROOT / ".env"),
        extra="ignore",
        frozen=True,
    )

    home: Folder
    envs: Folder = _resolve_from_root(Path(".runlore/envs"))
    port_base: int = Field(ge=1024, le=65000)
    java_home: str
    data_user: str = Field(pattern=r"^[a-z_][a-z0-9_-]*$")
    docs: str
    answering_url: str
    answering_model: str
    embedding_model: str
    llm: Literal["", "gemma-3-270m", "smollm2-135m", "qwen2.5-coder-0.5b"]
    open_webui: bool
    kubernetes: Literal["", "on", "off"] = ""
    neural_search: bool
    log_store: bool
    backup_bucket: bool
    base_image: str
    opensearch_heap: Size
    kafka_heap: Size
    redis_memory: Size
    disk_low: Size
    disk_high: Size
    disk_flood: Size
    log_size: Size
    kafka_retention_hours: int = Field(ge=1)
    alert_webhook: str = Field(pattern=r"^(https?://\S+)?$")
    investigations_url_file: str
    prometheus_retention: str = Field(pattern=r"^\d+[smhdwy]$")

    @model_validator(mode="after")
    def _require_one_server(self) -> Self:
        if self.neural_search and self.backup_bucket:
            raise ValueError(
                "RUNLORE_NEURAL_SEARCH and RUNLORE_BACKUP_BUCKET each want an OpenSearch of their own"
            )
        return self

    @property
    def ports(self) -> dict[str, int]:
        """Port of every listener of this stack, by name."""
        return {name: self.port_base + offset for name, offset in PORT_OFFSETS.items()}

    @property
    def kubernetes_mark(self) -> Path:
        """File that is there while `make kube-up` has been the last word."""
        return self.home / "kubernetes/switched-on"

    @property
    def kubernetes_on(self) -> bool:
        """Say whether the stack has a Kubernetes cluster of its own."""
        return self.kubernetes == "on" or (not self.kubernetes and self.kubernetes_mark.exists())

    @property
    def stack_id(self) -> str:
        """Mark carried by the stack's processes and by nothing else."""
        return str(self.home)


def load_settings() -> StackSettings:
    """Read environment > .env > local/settings.env.

    Raises:
        StackError: if a value is missing or wrong; the message names each setting.
    """
    try:
        return StackSettings()
    except ValidationError as error:
        lines = [
            f"  RUNLORE_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise StackError(
            "Wrong settings (environment, .env or local/settings.env):\n" + "\n".join(lines)
        ) from error
