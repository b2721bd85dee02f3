"""Jobs that run between the starts of services: databases, migrations, topics, index templates."""

import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from local.errors import StackError
from local.settings import ROOT, StackSettings
from local.stamps import is_stamped

if TYPE_CHECKING:
    from sqlalchemy import Engine

DATABASES = ("airflow", "mlflow")


def open_postgres(settings: StackSettings) -> "Engine":
    """Give an engine for the stack's PostgreSQL, each of whose statements is a transaction."""
    # Every command of the stack loads this module, and only its start needs what takes so long to load.
    from sqlalchemy import URL, NullPool, create_engine

    password = (settings.home / "secrets/postgres").read_text().strip()
    url = URL.create(
        "postgresql+psycopg2", "runlore", password, "127.0.0.1", settings.ports["postgres"], "postgres"
    )
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def create_databases(settings: StackSettings, _environment: dict[str, str]) -> None:
    """Create the databases of Airflow and MLflow where they are missing."""
    from sqlalchemy import text

    with open_postgres(settings).connect() as connection:
        present = set(connection.scalars(text("SELECT datname FROM pg_database")))
        for name in DATABASES:
            if name not in present:
                connection.execute(text(f"CREATE DATABASE {name}"))


def migrate_airflow(settings: StackSettings, environment: dict[str, str]) -> None:
    """Bring Airflow's database to the installed version; skipped when that was done before."""
    stamp = settings.home / "airflow/migrated-to"
    installed = version("apache-airflow")
    if is_stamped(stamp, installed):
        return
    # It asks an empty database for its tables first, which the server would log as errors of somebody's.
    quiet = {**environment, "PGOPTIONS": "-c log_min_messages=fatal"}
    _run(settings, quiet, "airflow-migrate", "airflow", "db", "migrate")
    stamp.write_text(installed)


def create_topics(settings: StackSettings, environment: dict[str, str]) -> None:
    """Create the Kafka topics that the contract names."""
    _run(settings, environment, "topics", "processors.stores.kafka", "create-topics")


def apply_templates(settings: StackSettings, environment: dict[str, str]) -> None:
    """Apply the index templates, and make the index of builds."""
    _run(settings, environment, "index-templates", "processors.versions.prepare")


def register_embedder(settings: StackSettings, environment: dict[str, str]) -> None:
    """Tell OpenSearch of the embedding model, so that it makes the vectors of questions itself."""
    _run(settings, environment, "neural-search", "processors.stores.neural_search", "register")


def _run(
    settings: StackSettings, environment: dict[str, str], name: str, module: str, *arguments: str
) -> None:
    """Run a module of the platform to its end.

    Raises:
        StackError: with the end of its output, if it failed.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    log = settings.home / "run" / f"{name}.log"
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise StackError(
            f"{name} failed (`python -m {' '.join((module, *arguments))}`):\n{tail}\nAll of it: {log}"
        )
