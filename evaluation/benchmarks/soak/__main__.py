"""`make soak`: events, questions, changes, new versions for two hours; does anything grow, is anything lost?

It stops by itself. It ends with 1 if anything was lost or refused, if a program was started again, or if its
memory or handles grow; what was seen is printed, and kept in MLflow with its pictures.
"""

import argparse
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import httpx

from evaluation.benchmarks.freshness import follow_canaries
from evaluation.benchmarks.rows import compare_times, emit, tell_load
from evaluation.benchmarks.soak import use as using
from evaluation.benchmarks.soak.readings import Readings, watch_programs
from evaluation.benchmarks.soak.report import Soak, list_faults, log_soak, write_table
from evaluation.benchmarks.soak.verdict import judge_growth
from evaluation.queries.query_sets import read_golden
from local.airflow_api import open_airflow
from local.settings import StackSettings
from local.settings import load_settings as load_stack_settings
from processors.settings import Settings, load_settings
from processors.stores.search import open_search


def soak(settings: Settings, stack: StackSettings, pace: argparse.Namespace) -> Soak:
    """Use the stack at a steady pace and return what was seen.

    Args:
        settings: Of the platform.
        stack: The local stack, whose programs are read and whose documents are changed.
        pace: The command line's: how long, and how often what is done.
    """
    use, readings, is_over = using.Use(), Readings(), threading.Event()
    documents = stack.home / "docs-repository"
    client = open_search(settings.opensearch)
    questions = [query["query"] for query in read_golden()]
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    service = httpx.Client(base_url=settings.service.url, headers=headers, timeout=30)
    with service, open_airflow(stack) as airflow, ThreadPoolExecutor(5) as pool:
        watching = pool.submit(watch_programs, stack, is_over, readings)
        try:
            sent = pool.submit(_send_events, settings, pace)
            doing: list[Future[None]] = [
                pool.submit(using.ask_questions, service, questions, pace.questions, pace.seconds, use),
                pool.submit(using.change_page, documents, pace.change_seconds, pace.seconds, use),
                pool.submit(using.swap_versions, airflow, client, pace.swap_seconds, pace.seconds, use),
            ]
            for done in doing:
                done.result()
            events, delays, unseen = sent.result()
        finally:
            is_over.set()
            using.remove_page(documents)
        watching.result()
    growth = judge_growth(readings, pace.seconds)
    return Soak(pace.seconds, events, delays, unseen, use, growth, readings)


def _send_events(settings: Settings, pace: argparse.Namespace) -> tuple[int, list[float], str]:
    """Send events, and return how many, the seconds until each was found, and what was not."""
    unseen = ""
    try:
        with follow_canaries(settings, pace.events) as followed:
            time.sleep(pace.seconds)
    except TimeoutError as error:
        unseen = f"{error}."
    return len(followed.sent), followed.delays, unseen


def main() -> int:
    """Run it on the stack that the environment names."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=7200, help="how long")
    parser.add_argument("--events", type=float, default=50, help="log lines per second")
    parser.add_argument("--questions", type=float, default=2, help="questions per second")
    parser.add_argument(
        "--change-seconds", type=float, default=60, help="from one change of a page to the next"
    )
    parser.add_argument("--swap-seconds", type=float, default=600, help="from one new version to the next")
    pace = parser.parse_args()
    settings, stack = load_settings(), load_stack_settings()
    sys.stdout.write(f"{tell_load()}; {pace.seconds / 60:.0f} minutes from now\n")
    sys.stdout.flush()
    seen = soak(settings, stack, pace)
    run = log_soak(seen, settings.mlflow.tracking_uri, settings.versions.code_commit)
    faults = list_faults(seen)
    for what, times in (("event until found", seen.delays), ("answer", [s for _, s in seen.use.answers])):
        if times:
            emit(compare_times(what, times, unit="s"))
    sys.stdout.write("\n".join([write_table(seen), "", *faults, ""]))
    sys.stdout.write(f"MLflow, experiment runlore-soak, run {run}: {'unsteady' if faults else 'steady'}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
