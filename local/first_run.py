"""The second half of `make run`: both pipelines, a question with a cited answer, and where everything is."""

import os
import sys
import time
from collections.abc import Sequence

import httpx

from local.airflow_api import describe_last_work, find_active_run, follow_run, open_airflow, trigger_dag
from local.ask import ask_question
from local.command_line import tell_errors
from local.environment import compute_addresses
from local.errors import StackError
from local.passwords import OPEN_WEBUI_ADMIN
from local.settings import StackSettings, load_settings
from processors.knowledge.documents.unread import count_unread

QUESTION = "The OpenSearch cluster is red. What do I do?"
PIPELINES = ("cag_pipeline", "rag_pipeline")
# Documents of one's own may be many; each task is told of as it ends, and who is tired of waiting can stop.
_PATIENCE_S = 3600
_SHOWN_WARNINGS = 12


def main() -> int:
    """Run the pipelines, ask, and print the addresses; harmless when repeated."""
    return tell_errors(_run)


def _run() -> None:
    settings = load_settings()
    # MLflow's client would tell of its own progress among the steps.
    os.environ |= {"MLFLOW_LOGGING_LEVEL": "WARNING", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    run_pipelines(settings)
    register_answering_prompt(settings)
    print(show_warnings(read_warnings(settings)), end="", flush=True)
    question = choose_question(settings)
    began = time.monotonic()
    print(f"\nQuestion: {question}\n")
    print(ask_question(settings, question))
    print(f"\n(answered in {time.monotonic() - began:.2f} s)")
    print_addresses(settings)


def run_pipelines(settings: StackSettings) -> None:
    """Trigger both pipelines and wait until both have succeeded; where nothing is new, they skip.

    On a fresh stack Airflow has already started the runs that were due, and those are followed instead.
    """
    with open_airflow(settings) as client:
        runs = {dag: find_active_run(client, dag) or trigger_dag(client, dag) for dag in PIPELINES}
        for dag, run in runs.items():
            states = follow_run(client, dag, run, lambda line: print(line, flush=True), _PATIENCE_S)
            if set(states.values()) == {"skipped"}:
                print(f"{dag}: nothing new; last work {describe_last_work(client, dag)}", flush=True)


def register_answering_prompt(settings: StackSettings) -> None:
    """Put the prompt that answers name into MLflow's registry; answers don't need it there."""
    # It imports MLflow, which takes seconds.
    from mlflow.exceptions import MlflowException

    from evaluation.report.prompts import register_prompt

    try:
        register_prompt(compute_addresses(settings)["MLFLOW_TRACKING_URI"])
    except (MlflowException, ValueError) as error:
        print(f"The answering prompt is not in MLflow's registry: {error}", flush=True)


def read_warnings(settings: StackSettings) -> list[str]:
    """Return what was odd about the pages of the live version, as its run in MLflow tells it."""
    import mlflow
    from mlflow.exceptions import MlflowException

    mapping = f"http://127.0.0.1:{settings.ports['opensearch']}/cag/_mapping"
    indices = httpx.get(mapping, timeout=30).raise_for_status().json().values()
    runs = [index["mappings"].get("_meta", {}).get("mlflow_run") for index in indices]
    mlflow.set_tracking_uri(compute_addresses(settings)["MLFLOW_TRACKING_URI"])
    try:
        texts = [str(mlflow.artifacts.load_text(f"runs:/{run}/warnings.txt")) for run in runs if run]
    except MlflowException:
        # A version that was built from no page has none.
        return []
    return [line for text in texts for line in text.splitlines()]


def show_warnings(warnings: Sequence[str]) -> str:
    """Return the warnings about documents as lines to print, no more than one can read.

    Example:
        >>> print(show_warnings(["docs:1: not read: 2 files ending in .png"]), end="")
        <BLANKLINE>
        Of the documents, 2 files were not read:
          docs:1: not read: 2 files ending in .png
    """
    told = [warning for warning in warnings if ": not read: " in warning or ": no page in it" in warning]
    more = len(told) - _SHOWN_WARNINGS
    lines = [
        f"Of the documents, {count_unread(warnings)} files were not read:",
        *(f"  {warning}" for warning in told[:_SHOWN_WARNINGS]),
        *([f"  and {more} more lines in MLflow, warnings.txt of the version's run"] if more > 0 else []),
    ]
    return "".join(f"{line}\n" for line in ["", *lines]) if told else ""


def choose_question(settings: StackSettings) -> str:
    """Give a question that the indexed documents can answer: ours, or one about a page of the user's own."""
    search = f"http://127.0.0.1:{settings.ports['opensearch']}/cag/_search"
    titles = {"size": 1, "query": {"match": {"title": QUESTION}}, "_source": ["title"]}
    hits = httpx.post(search, json=titles, timeout=30).raise_for_status().json()["hits"]["hits"]
    if hits and "red" in hits[0]["_source"]["title"].lower():
        return QUESTION
    any_page = {"size": 1, "query": {"match_all": {}}, "_source": ["title"]}
    hits = httpx.post(search, json=any_page, timeout=30).raise_for_status().json()["hits"]["hits"]
    if not hits:
        raise StackError(
            "No page was indexed: the document source holds none that can be read. See RUNLORE_DOCS."
        )
    return f"{hits[0]['_source']['title']}: what do I do?"


def print_addresses(settings: StackSettings) -> None:
    """Print where the UIs and the passwords are."""
    addresses = compute_addresses(settings)
    secrets = settings.home / "secrets"
    webui = f"{addresses['OPENWEBUI_URL']}   {OPEN_WEBUI_ADMIN}, password in {secrets}/open-webui-admin"
    print(
        f"""
Open WebUI   {webui if settings.open_webui else "switched off"}
Airflow      {addresses["AIRFLOW_URL"]}   viewer, operator, admin: passwords in {secrets}/airflow-users.json
MLflow       {addresses["MLFLOW_TRACKING_URI"]}
Prometheus   {addresses["PROMETHEUS_URL"]}
API          {addresses["RUNLORE_URL"]}/v1   key in {secrets}/api-key
Documents    {addresses["DOCS_REPOSITORY"]}

make ask Q="…" asks, make status shows the processes, make stop ends them."""
    )


if __name__ == "__main__":
    sys.exit(main())
