"""Takes the pictures of `docs/screenshots` from the running stack.

eval "$(make -s env)" && .runlore/envs/platform/bin/python docs/take_screenshots.py [name …]
"""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.support.open_webui import open_browser

FOLDER: Final = Path(__file__).parent / "screenshots"
# Milliseconds: the pages are megabytes of script, and the stack runs on the same few cores.
LOAD: Final = 90_000
SETTLE: Final = 4_000
# Airflow's window for a DAG's documentation is small, and a person would draw it larger at its corner.
LARGE_DIALOG: Final = """.chakra-dialog__content, .chakra-dialog__content > div {
  width: 940px !important; height: 590px !important; max-width: none !important; max-height: none !important;
}"""
# MLflow keeps the chosen columns in the browser.
CHOOSE_COLUMNS: Final = """experiment => {
  const key = `MLflowLocalStorage-1.1-ExperimentPage-["${experiment}"]-ReactComponentState`;
  const state = JSON.parse(localStorage.getItem(key));
  const chosen = ['metrics.`ndcg_at_10`', 'metrics.`recall_at_10`', 'metrics.`chunks`', 'tags.`gate`',
                  'tags.`gate_reasons`'];
  localStorage.setItem(key, JSON.stringify({...state, selectedColumns: chosen}));
}"""


HIDE_FOLDER: Final = """folder => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(folder, "…");
}"""


def read_secret(name: str) -> str:
    """Return one of the stack's generated secrets."""
    return Path(os.environ["RUNLORE_HOME"], "secrets", name).read_text(encoding="utf-8").strip()


def sign_in_airflow(page: Page) -> None:
    """Sign in as admin."""
    page.goto(f"{os.environ['RUNLORE_AIRFLOW_URL']}/auth/login")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill(json.loads(read_secret("airflow-users.json"))["admin"])
    page.locator("button[type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*login).*$"))


def find_history_run() -> str:
    """Return the id of the newest successful run of rag_pipeline that went through Spark."""
    url = os.environ["RUNLORE_AIRFLOW_URL"]
    login = {"username": "admin", "password": json.loads(read_secret("airflow-users.json"))["admin"]}
    token = httpx.post(f"{url}/auth/token", json=login).raise_for_status().json()["access_token"]
    query = {"order_by": "-start_date", "limit": 100, "state": "success", "run_type": "manual"}
    answer = httpx.get(
        f"{url}/api/v2/dags/rag_pipeline/dagRuns", params=query, headers={"Authorization": f"Bearer {token}"}
    )
    runs = answer.raise_for_status().json()["dag_runs"]
    found = next((run["dag_run_id"] for run in runs if (run["conf"] or {}).get("history_from")), None)
    if found is None:
        raise SystemExit("No history run yet: trigger rag_pipeline with 'History from' in Airflow first.")
    return str(found)


def show_dags(page: Page) -> None:
    """Airflow's list of DAGs."""
    sign_in_airflow(page)
    page.goto(f"{os.environ['RUNLORE_AIRFLOW_URL']}/dags")
    page.get_by_text("roll_back_version").first.wait_for()


def show_history_run(page: Page) -> None:
    """The graph of a run that went through Spark."""
    sign_in_airflow(page)
    page.goto(f"{os.environ['RUNLORE_AIRFLOW_URL']}/dags/rag_pipeline/runs/{find_history_run()}")
    page.get_by_role("button", name="Show Graph (Press g)").click()
    page.get_by_role("button", name="Collapse Details Panel").click()
    page.locator(".react-flow").get_by_text("quality_validation_task").wait_for()
    page.get_by_role("button", name="Fit View").click()


def show_dag_docs(page: Page) -> None:
    """What Airflow tells of rag_pipeline."""
    sign_in_airflow(page)
    page.goto(f"{os.environ['RUNLORE_AIRFLOW_URL']}/dags/rag_pipeline")
    page.get_by_role("button", name=re.compile("Dag Docs", re.IGNORECASE)).click()
    page.get_by_text("What it does").wait_for()
    page.add_style_tag(content=LARGE_DIALOG)


def find_experiment() -> str:
    """Return the id of the experiment of `cag`."""
    url = f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/experiments/get-by-name"
    found = httpx.get(url, params={"experiment_name": "runlore-cag"}).raise_for_status()
    return str(found.json()["experiment"]["experiment_id"])


def list_runs(experiment: str) -> list[str]:
    """Return the ids of the experiment's runs that ended, newest first."""
    url = f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/runs/search"
    newest = {"experiment_ids": [experiment], "max_results": 50}
    runs = httpx.post(url, json=newest).raise_for_status().json()["runs"]
    return [run["info"]["run_id"] for run in runs if run["info"]["status"] == "FINISHED"]


def hide_folders(page: Page) -> None:
    """Show no path of the machine that the picture is taken on."""
    page.evaluate(HIDE_FOLDER, str(Path(os.environ["RUNLORE_HOME"]).resolve().parents[1]))


def close_assistant(page: Page) -> None:
    """Keep MLflow's assistant out of the picture: it opens by itself on a first visit."""
    page.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")


def show_versions(page: Page) -> None:
    """MLflow's runs of the index versions."""
    close_assistant(page)
    experiment = find_experiment()
    runs = f"{os.environ['MLFLOW_TRACKING_URI']}/#/experiments/{experiment}/runs?compareRunsMode=TABLE"
    page.goto(runs)
    page.get_by_text("cag-v000001").first.wait_for()
    page.evaluate(CHOOSE_COLUMNS, experiment)
    page.goto("about:blank")
    page.goto(runs)
    page.get_by_text("cag-v000001").first.wait_for()
    page.get_by_role("button", name="Toggle sidebar").click()


def show_comparison(page: Page) -> None:
    """MLflow's comparison of the three newest versions, with the decisions on them side by side."""
    close_assistant(page)
    experiment = find_experiment()
    query = urlencode(
        {"runs": json.dumps(list_runs(experiment)[:3]), "experiments": json.dumps([experiment])}
    )
    page.goto(f"{os.environ['MLFLOW_TRACKING_URI']}/#/compare-runs?{query}")
    page.get_by_text("Comparing 3 Runs").first.wait_for()
    page.get_by_role("button", name="Toggle sidebar").click()
    for section in ("Visualizations", "Run details", "Parameters", "Metrics"):
        page.get_by_role("button", name=section, exact=True).click()
    # The tree of files lies under the pane that it fills.
    page.get_by_label("decision.md", exact=True).first.dispatch_event("click")
    page.get_by_role("heading", name=re.compile("cag-v.* was")).nth(2).wait_for()


def show_artefact(page: Page, name: str) -> None:
    """A file of the newest version's run."""
    close_assistant(page)
    experiment = find_experiment()
    run = list_runs(experiment)[0]
    page.goto(f"{os.environ['MLFLOW_TRACKING_URI']}/#/experiments/{experiment}/runs/{run}/artifacts/{name}")
    page.get_by_text(name).last.wait_for()


def show_decision(page: Page) -> None:
    """Why the newest version went live or was refused."""
    show_artefact(page, "decision.md")


def show_quality(page: Page) -> None:
    """The last versions with their intervals; refused ones are crosses."""
    show_artefact(page, "quality_by_version.png")


def show_runbooks(page: Page) -> None:
    """What the runbooks of the newest version lack."""
    show_artefact(page, "runbooks.md")


def open_chat(page: Page) -> None:
    """Sign in to Open WebUI as the administrator."""
    page.goto(f"{os.environ['RUNLORE_OPENWEBUI_URL']}/auth")
    page.locator("input[type=email]").fill("admin@runlore.local")
    page.locator("input[type=password]").fill(read_secret("open-webui-admin"))
    page.locator("button[type=submit]").click()
    page.locator("#chat-input").wait_for()


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the end of the answer."""
    answers = page.locator(".chat-assistant").count()
    page.locator("#chat-input").click()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator(".chat-assistant").nth(answers).get_by_role(
        "button", name=re.compile("Toggle .* source")
    ).wait_for()


def show_start(page: Page) -> None:
    """Open WebUI's first page, with the suggestions."""
    open_chat(page)
    page.get_by_text("Suggested").wait_for()


def show_answer(page: Page) -> None:
    """A cited answer in Open WebUI."""
    open_chat(page)
    ask(page, "The OpenSearch cluster is red. What do I do?")
    page.mouse.move(660, 400)
    page.mouse.wheel(0, -5_000)
    page.mouse.move(1200, 500)


def show_source(page: Page) -> None:
    """A source of that answer, opened."""
    show_answer(page)
    page.locator(".chat-assistant").get_by_role("button", name=re.compile("View source")).first.click()
    page.get_by_role("dialog").get_by_text("Content").wait_for()


def show_russian(page: Page) -> None:
    """A follow-up in Russian, which only the conversation makes whole."""
    open_chat(page)
    ask(page, "The OpenSearch cluster is red. What do I do?")
    ask(page, "А как это проверить?")
    page.mouse.move(1200, 500)


# Each picture, and its height.
PICTURES: Final[dict[str, tuple[Callable[[Page], None], int]]] = {
    "airflow-dags": (show_dags, 840),
    "airflow-history-run": (show_history_run, 560),
    "airflow-dag-docs": (show_dag_docs, 690),
    "mlflow-versions": (show_versions, 700),
    "mlflow-comparison": (show_comparison, 1000),
    "mlflow-decision": (show_decision, 800),
    "mlflow-quality": (show_quality, 800),
    "mlflow-runbooks": (show_runbooks, 900),
    "open-webui-start": (show_start, 720),
    "open-webui-answer": (show_answer, 1000),
    "open-webui-source": (show_source, 800),
    "open-webui-russian": (show_russian, 760),
}


def main() -> None:
    """Take the named pictures, or all."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        for name in sys.argv[1:] or PICTURES:
            show, height = PICTURES[name]
            page = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme="light")
            page.set_default_timeout(LOAD)
            show(page)
            page.wait_for_timeout(SETTLE)
            hide_folders(page)
            page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
