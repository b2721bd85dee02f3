"""What the stack consists of: each service, what must be healthy before it starts, and how to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local import jobs, kube, probes
from local.settings import StackSettings

Probe = Callable[[StackSettings, int], bool]
Job = Callable[[StackSettings, dict[str, str]], None]


@dataclass(frozen=True)
class Service:
    """A program of supervisord.conf.

    Attributes:
        name: its name there, in its log's name and in Prometheus.
        port: the port that a person or program talks to, by name in the settings.
        after: services and jobs that must be ready first.
        probe: says whether it is healthy, given the settings and the second it was started.
        path: what to add to its address for a browser; None if there is nothing to see there.
        part: the optional part of the stack that it belongs to; empty: it is always there.
    """

    name: str
    port: str | None
    after: tuple[str, ...] = ()
    probe: Probe = field(default=lambda _settings, _started: True)
    path: str | None = None
    patience: float = 300
    part: str = ""


SERVICES = (
    Service("postgres", "postgres", probe=probes.postgres_answers),
    Service("redis", "redis", probe=probes.redis_answers),
    Service("kafka", "kafka", probe=probes.kafka_answers),
    Service("object-store", "object-store", probe=probes.accepts("object-store"), part="Bucket"),
    Service("opensearch", "opensearch", probe=probes.opensearch_answers, path="/"),
    Service(
        "model-server", "model-server", probe=probes.get("model-server", "/v2/health/ready"), path="/docs"
    ),
    Service(
        "language-model",
        "language-model",
        probe=probes.get("language-model", "/v2/health/ready"),
        path="/docs",
        part="Language model",
    ),
    Service("mlflow", "mlflow", ("databases",), probes.get("mlflow", "/health"), "/"),
    Service(
        "airflow-api", "airflow", ("airflow-migrate",), probes.get("airflow", "/api/v2/monitor/health"), "/"
    ),
    # It runs what is due at once, so whatever tasks use comes first.
    Service(
        "airflow-scheduler",
        None,
        ("airflow-api", "topics", "index-templates", "model-server", "mlflow", "redis", "prometheus"),
        probes.airflow_beats("scheduler"),
    ),
    Service("airflow-dag-processor", None, ("airflow-migrate",), probes.airflow_beats("dag_processor")),
    Service(
        "airflow-triggerer",
        None,
        ("airflow-migrate", "topics", "index-templates"),
        probes.airflow_beats("triggerer"),
    ),
    Service(
        "serving",
        "service",
        ("opensearch", "redis", "index-templates", "model-server"),
        probes.get("service", "/health/live"),
        "/schema",
    ),
    Service("log-shipper", None, ("topics",)),
    Service("log-store", None, ("index-templates",), part="Log store"),
    Service("prometheus", "prometheus", probe=probes.get("prometheus", "/-/ready"), path="/"),
    Service("alertmanager", "alertmanager", probe=probes.get("alertmanager", "/-/ready"), path="/"),
    Service("node-exporter", "node-exporter", probe=probes.accepts("node-exporter")),
    Service("redis-exporter", "redis-exporter", ("redis",), probes.accepts("redis-exporter")),
    Service(
        "postgres-exporter", "postgres-exporter", ("airflow-migrate",), probes.accepts("postgres-exporter")
    ),
    Service(
        "opensearch-exporter", "opensearch-exporter", ("opensearch",), probes.accepts("opensearch-exporter")
    ),
    Service(
        "pipeline-exporter",
        "pipeline-exporter",
        ("kafka", "opensearch", "index-templates", "topics"),
        probes.accepts("pipeline-exporter"),
    ),
    Service("blackbox-exporter", "blackbox-exporter", probe=probes.accepts("blackbox-exporter")),
    Service(
        "open-webui", "open-webui", probe=probes.get("open-webui", "/health"), path="/", part="Open WebUI"
    ),
    Service("kube-etcd", "kube-etcd", probe=probes.get("kube-etcd", "/health"), part="Kubernetes"),
    Service("kube-apiserver", "kube-apiserver", ("kube-etcd",), probes.kubernetes_answers, part="Kubernetes"),
    Service(
        "kube-controller-manager",
        "kube-controller-manager",
        ("kube-apiserver",),
        probes.accepts("kube-controller-manager"),
        part="Kubernetes",
    ),
    Service(
        "kube-scheduler",
        "kube-scheduler",
        ("kube-apiserver",),
        probes.accepts("kube-scheduler"),
        part="Kubernetes",
    ),
    Service(
        "kube-nodes", "kube-nodes", ("kube-access",), probes.get("kube-nodes", "/healthz"), part="Kubernetes"
    ),
)

# The optional parts, with what switches each.
SWITCHES = {
    "Open WebUI": "RUNLORE_OPEN_WEBUI",
    "Kubernetes": "make kube-up",
    "Neural search": "RUNLORE_NEURAL_SEARCH",
    "Language model": "RUNLORE_LLM",
    "Log store": "RUNLORE_LOG_STORE",
    "Bucket": "RUNLORE_BACKUP_BUCKET",
}


@dataclass(frozen=True)
class Preparation:
    """A job that runs to its end between two services' starts, whenever the stack comes up."""

    name: str
    after: tuple[str, ...]
    run: Job
    part: str = ""


PREPARATIONS = (
    Preparation("databases", ("postgres",), jobs.create_databases),
    Preparation("airflow-migrate", ("databases",), jobs.migrate_airflow),
    Preparation("topics", ("kafka",), jobs.create_topics),
    Preparation("index-templates", ("opensearch",), jobs.apply_templates),
    Preparation(
        "neural-search", ("opensearch", "model-server"), jobs.register_embedder, part="Neural search"
    ),
    Preparation(
        "kube-access", ("kube-apiserver", "kube-controller-manager"), kube.open_access, part="Kubernetes"
    ),
)


def steps_of(settings: StackSettings) -> tuple[Service | Preparation, ...]:
    """Give everything that has to happen for the stack to be up."""
    chosen = (preparation for preparation in PREPARATIONS if _is_on(preparation.part, settings))
    return (*enabled_services(settings), *chosen)


def enabled_services(settings: StackSettings) -> tuple[Service, ...]:
    """Give the services that are switched on."""
    return tuple(service for service in SERVICES if _is_on(service.part, settings))


def names_of(part: str) -> list[str]:
    """Give the names of the services and preparations of an optional part."""
    return [step.name for step in (*SERVICES, *PREPARATIONS) if step.part == part]


def _is_on(part: str, settings: StackSettings) -> bool:
    switches = {
        "Open WebUI": settings.open_webui,
        "Kubernetes": settings.kubernetes_on,
        "Neural search": settings.neural_search,
        "Language model": bool(settings.llm),
        "Log store": settings.log_store,
        "Bucket": settings.backup_bucket,
    }
    return switches.get(part, True)
