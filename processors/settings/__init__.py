"""What every component of the platform is told from outside: one frozen object, read once at the edge."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from processors.settings.access import Access, Limits, Oidc
from processors.settings.actions import Actions
from processors.settings.addresses import hide_logins
from processors.settings.backup import Backup
from processors.settings.documents import Documents
from processors.settings.investigations import Investigations
from processors.settings.models import Answering, Embedding, KServe
from processors.settings.processing import Events, Incidents, Redaction, Retention, Slices, Versions
from processors.settings.service import Breaker, Retrieval, Service, Shadow, Timeouts
from processors.settings.sources import Airflow, Collect, Kubernetes, MLflow, Prometheus, Ui
from processors.settings.stores import Kafka, OpenSearch, Redis, Storage


class Settings(BaseModel):
    """Addresses and knobs of the platform, by subject; each is an environment variable `RUNLORE_…`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    kafka: Kafka
    opensearch: OpenSearch
    redis: Redis
    storage: Storage

    documents: Documents
    collect: Collect
    prometheus: Prometheus
    mlflow: MLflow
    airflow: Airflow
    kubernetes: Kubernetes
    ui: Ui

    events: Events
    incidents: Incidents
    redaction: Redaction
    versions: Versions
    slices: Slices
    retention: Retention

    kserve: KServe
    embedding: Embedding
    answering: Answering

    service: Service
    retrieval: Retrieval
    shadow: Shadow
    timeouts: Timeouts
    breaker: Breaker
    access: Access
    oidc: Oidc
    limits: Limits
    actions: Actions
    investigations: Investigations
    backup: Backup

    @property
    def answering_base_url(self) -> str:
        """Base URL of the answering model's routes: OpenAI's with their path, V2's without."""
        ours = self.kserve.openai_url if self.answering.protocol == "openai" else self.kserve.url
        return self.answering.url or ours

    @property
    def ui_urls(self) -> dict[str, str]:
        """Where people open what is cited; an address may carry a login for programs, and a link must not."""
        urls = {
            "service": self.service.url,
            "mlflow": self.ui.mlflow_url or self.mlflow.tracking_uri,
            "airflow": self.ui.airflow_url or self.airflow.url,
            "prometheus": self.ui.prometheus_url or self.prometheus.url,
            "logs": self.ui.logs_url,
        }
        return {name: hide_logins(url).rstrip("/") for name, url in urls.items()}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables.

    Raises:
        pydantic.ValidationError: Variables are missing or wrong; the message names all of them, and shows
            none of their values.
    """
    variables = dict(environment)
    return Settings.model_validate(dict.fromkeys(Settings.model_fields, variables))


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings of this process from its environment; later calls give the same ones.

    Raises:
        pydantic.ValidationError: As of `read_settings`.
    """
    return read_settings(os.environ)


def change_settings(settings: Settings, **groups: Mapping[str, Any]) -> Settings:
    """Return settings of which some are others, such as `change_settings(settings, shadow={"share": 0.5})`.

    Args:
        settings: Stay as they are.
        groups: Name of a group to values by field; they are taken as they are.

    Raises:
        AttributeError: There is no such group.
        ValueError: A group has no such field.
    """
    changed = {}
    for name, values in groups.items():
        group = getattr(settings, name)
        unknown = values.keys() - type(group).model_fields.keys()
        if unknown:
            raise ValueError(f"no field of the settings' group {name}: {', '.join(sorted(unknown))}")
        changed[name] = group.model_copy(update=values)
    return settings.model_copy(update=changed)
