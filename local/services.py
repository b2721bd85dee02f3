"""What the stack consists of: each service, what must be healthy before it starts, and how to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local import jobs, probes
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
    """

    name: str
    port: str | None
    after: tuple[str, ...] = ()
    probe: Probe = field(default=lambda _settings, _started: True)
    path: str | None = None
    patience: float = 300


SERVICES = (
    Service("postgres", "postgres", probe=probes.postgres_answers),
    Service("redis", "redis", probe=probes.redis_answers),
    Service("kafka", "kafka", probe=probes.kafka_answers),
    Service("opensearch", "opensearch", probe=probes.opensearch_answers, path="/"),
    Service(
        "model-server", "model-server", probe=probes.get("model-server", "/v2/health/ready"), path="/docs"
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
    Service("prometheus", "prometheus", probe=probes.get("prometheus", "/-/ready"), path="/"),
    Service("node-exporter", "node-exporter", probe=probes.accepts("node-exporter")),
    Service("redis-exporter", "redis-exporter", ("redis",), probes.accepts("redis-exporter")),
    Service("postgres-exporter", "postgres-exporter", ("databases",), probes.accepts("postgres-exporter")),
    Service(
        "opensearch-exporter", "opensearch-exporter", ("opensearch",), probes.accepts("opensearch-exporter")
    ),
    Service("blackbox-exporter", "blackbox-exporter", probe=probes.accepts("blackbox-exporter")),
    Service("open-webui", "open-webui", ("serving",), probes.get("open-webui", "/health"), "/"),
)


@dataclass(frozen=True)
class Preparation:
    """A job that runs to its end between two services' starts, whenever the stack comes up."""

    name: str
    after: tuple[str, ...]
    run: Job


PREPARATIONS = (
    Preparation("databases", ("postgres",), jobs.create_databases),
    Preparation("airflow-migrate", ("databases",), jobs.migrate_airflow),
    Preparation("topics", ("kafka",), jobs.create_topics),
    Preparation("index-templates", ("opensearch",), jobs.apply_templates),
)


def steps_of(settings: StackSettings) -> tuple[Service | Preparation, ...]:
    """Give everything that has to happen for the stack to be up."""
    return (*enabled_services(settings), *PREPARATIONS)


def enabled_services(settings: StackSettings) -> tuple[Service, ...]:
    """Give the services that are switched on."""
    return tuple(service for service in SERVICES if service.name != "open-webui" or settings.open_webui)
