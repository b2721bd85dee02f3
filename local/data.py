"""Folders, owners and first contents of the stores."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.artifacts import BUCKET_SERVER
from local.errors import StackError
from local.home import claim_home
from local.passwords import Passwords
from local.settings import StackSettings

BUCKET = "runlore-backup"
"""Of back-ups, where the stack has an S3 server of its own."""
_OF_DATA_USER = (
    "postgres",
    "redis",
    "kafka",
    "opensearch",
    "opensearch/logs",
    "opensearch/tmp",
    "opensearch/snapshots",
    "prometheus",
    "alertmanager",
    "log-shipper",
    "config/opensearch",
)
_OF_STARTER = (
    "logs",
    "log-store",
    "run",
    "config",
    "airflow",
    "mlflow",
    "staging",
    "backup",
    "work",
    "open-webui",
)


def prepare_folders(settings: StackSettings) -> None:
    """Make the stack's folders, and give those of the data user to that user.

    Raises:
        StackError: if that user could not reach them.
    """
    claim_home(settings.home)
    for name in (*_OF_STARTER, *_OF_DATA_USER):
        (settings.home / name).mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return
    ensure_data_user(settings.data_user)
    for parent in (settings.home, *settings.home.parents):
        if not parent.stat().st_mode & 0o001:
            raise StackError(
                f"{settings.data_user}, who runs PostgreSQL and OpenSearch (both refuse root), can't enter "
                f"{parent}. Set RUNLORE_HOME to a folder that it can, e.g. /var/lib/runlore, "
                f"or allow it: chmod o+x {parent}"
            )
    for name in _OF_DATA_USER:
        shutil.chown(settings.home / name, settings.data_user, settings.data_user)


def prepare_bucket(settings: StackSettings, passwords: Passwords, java: Path) -> None:
    """Make the bucket of back-ups, and tell OpenSearch's keystore, once, who may write there.

    Args:
        settings: the stack's settings.
        passwords: its generated passwords.
        java: the JDK that the keystore's tool runs on.
    """
    folder = settings.home / "object-store" / BUCKET
    if folder.exists():
        return
    keystore = settings.envs / "java" / BUCKET_SERVER / "bin/opensearch-keystore"
    config = settings.home / "config/opensearch"
    environment = {"OPENSEARCH_PATH_CONF": str(config), "OPENSEARCH_JAVA_HOME": str(java)}
    if not (config / "opensearch.keystore").exists():
        run_as_data_user(settings, [str(keystore), "create"], environment)
    keys = {"access_key": "runlore", "secret_key": passwords["object-store"]}
    for name, value in keys.items():
        add = [str(keystore), "add", "--force", "--stdin", f"s3.client.default.{name}"]
        run_as_data_user(settings, add, environment, value)
    folder.mkdir(parents=True)


def ensure_data_user(user: str) -> None:
    """Make the system user that runs what refuses root, if there is none."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*command, user], check=True)


def find_postgres(data: Path) -> Path:
    """Give the folder of PostgreSQL's programs: of the version that made `data`, else the newest.

    Raises:
        StackError: if no such version is installed.
    """
    made_by = data / "PG_VERSION"
    version = made_by.read_text().strip() if made_by.exists() else "*"
    found = sorted(Path("/usr/lib/postgresql").glob(f"{version}/bin/initdb"))
    if not found:
        raise StackError(
            f"PostgreSQL {version.replace('*', '')} was not found in /usr/lib/postgresql. Install Debian's "
            f"package postgresql, or remove {data} if it was made by a version that is gone."
        )
    return found[-1].parent


def init_postgres(settings: StackSettings, passwords: Passwords) -> None:
    """Make the PostgreSQL cluster, once: user `runlore`, password only, TCP only."""
    data = settings.home / "postgres/data"
    if (data / "PG_VERSION").exists():
        return
    with tempfile.NamedTemporaryFile("w", dir=settings.home / "postgres") as file:
        file.write(passwords["postgres"])
        file.flush()
        if os.geteuid() == 0:
            shutil.chown(file.name, settings.data_user)
        initdb = find_postgres(data) / "initdb"
        options = ["--username=runlore", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        run_as_data_user(settings, [str(initdb), "-D", str(data), *options, f"--pwfile={file.name}"])
    include = f"include '{settings.home}/config/postgresql.conf'\n"
    with (data / "postgresql.conf").open("a") as file_of_cluster:
        file_of_cluster.write(include)


def format_kafka(settings: StackSettings, java: Path) -> None:
    """Format Kafka's folder for a single KRaft node, once."""
    if (settings.home / "kafka/data/meta.properties").exists():
        return
    jars = settings.envs / "java/kafka"
    tool = [str(java / "bin/java"), "-cp", f"{jars}/*", "kafka.tools.StorageTool"]
    cluster = run_as_data_user(settings, [*tool, "random-uuid"]).strip().splitlines()[-1]
    properties = str(settings.home / "config/kafka.properties")
    run_as_data_user(settings, [*tool, "format", "--standalone", "-t", cluster, "-c", properties])


def run_as_data_user(
    settings: StackSettings, command: list[str], environment: Mapping[str, str] | None = None, said: str = ""
) -> str:
    """Run a command to its end without root's rights.

    Args:
        settings: the stack's settings.
        command: what is run.
        environment: more variables.
        said: on its standard input.

    Raises:
        StackError: with the command's output, if it failed.
    """
    root = os.geteuid() == 0
    done = subprocess.run(
        command,
        cwd=settings.home,
        env={**os.environ, **(environment or {})},
        input=said,
        capture_output=True,
        text=True,
        user=settings.data_user if root else None,
        group=settings.data_user if root else None,
        extra_groups=[] if root else None,
    )
    if done.returncode:
        raise StackError(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return done.stdout
