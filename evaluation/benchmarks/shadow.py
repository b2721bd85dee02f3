"""`make bench-shadow`: what shadow reading costs those who ask.

Needs a stack with RUNLORE_SHADOW_SHARE above 0 and an older version of documents, which stands in for a
candidate. The same service is asked with and without the candidate's alias, a few questions each in turn.
"""

import itertools
import sys
import time
import uuid

import httpx

from evaluation.benchmarks.rows import compare_times, emit, leave_out, open_table
from evaluation.queries.query_sets import read_golden
from processors.settings import load_settings
from processors.stores.search import open_search
from processors.versions.catalog import list_versions
from processors.versions.shadow import hide_candidate, read_shadow, show_candidate

_TURNS = 40
_QUESTIONS_PER_TURN = 10


def main() -> None:
    """Measure `/v1/retrieve` with and without a candidate that is read in the shadow.

    Raises:
        SystemExit: Shadow reading is off, or there is no other version.
    """
    settings = load_settings()
    client = open_search(settings.opensearch)
    others = [version["index"] for version in list_versions(client, "cag") if not version["live"]]
    if not settings.shadow.share or not others:
        leave_out("set RUNLORE_SHADOW_SHARE above 0, and keep a second version of cag")
    before = read_shadow(settings.redis.url, others[-1])
    questions = itertools.cycle(query["query"] for query in read_golden())
    key = settings.access.read_api_key()
    times: dict[bool, list[float]] = {False: [], True: []}
    with httpx.Client(
        base_url=settings.service.url, headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as service:

        def ask() -> float:
            # A question of its own is in no cache.
            body = {"query": f"{next(questions)} {uuid.uuid4().hex[:6]}", "k": 8, "pipeline": "cag"}
            begin = time.perf_counter()
            service.post("/v1/retrieve", json=body).raise_for_status()
            return (time.perf_counter() - begin) * 1000

        try:
            for turn in range(_TURNS):
                shadowed = bool(turn % 2)
                if shadowed:
                    show_candidate(client, "cag", others[-1])
                else:
                    hide_candidate(client, "cag")
                # What the turn before has begun may still be under way.
                time.sleep(0.2)
                times[shadowed] += [ask() for _ in range(_QUESTIONS_PER_TURN)]
        finally:
            hide_candidate(client, "cag")
    time.sleep(1)
    after = read_shadow(settings.redis.url, others[-1])
    open_table(f"one client; share {settings.shadow.share:.2f}")
    emit(compare_times("/v1/retrieve, read in the shadow", times[True], "without a candidate", times[False]))
    compared = after["questions"] - before["questions"]
    sys.stdout.write(f"{compared} of {len(times[True])} questions compared: {after['means']}\n")


if __name__ == "__main__":
    main()
