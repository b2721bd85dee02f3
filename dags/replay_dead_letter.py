"""### Replay dead-letter records

Sends messages that could not be processed to their topics again. Repair the cause first (the sender, or our
parser): a message that fails again comes back as a new one.

1. **Trigger it with *Dry run* on**, as the form proposes. The return value of `replay_task` (tab *XCom*) and
   its log say how many fit, how many of them were replayed before, and show five of them.
2. **Trigger it again with *Dry run* off.** `rag_pipeline` is woken by the messages and processes them.

**Each is sent at most once**, however often and with whatever filters this runs. What was replayed is
written to Kafka in the same transaction as the messages, so a run that is killed has sent both or neither:
clear the task, or trigger again. What a filter leaves out stays for a later replay.

**What is sent** is the original value with its key and headers, and the header `runlore-replay-of` that names
the first place. Dead-letter records hold no secrets: a message that had some is sent with their masks. Those
whose original Kafka had dropped are counted and can't be sent.

**To take it back:** there is nothing to take back in Kafka. What the messages became in the index goes with
the DAG `roll_back_version`, but the version that follows reads them again.
"""

from typing import Any

import pendulum
from airflow.sdk import Param, dag, task

from processors.settings import load_settings
from processors.time_limits import LONG

SETTINGS = load_settings()


@task
def replay_task(params: dict[str, Any]) -> dict[str, Any]:
    """Send the chosen records, or tell which they would be."""
    from processors.pipelines.dead_letters import Choice
    from processors.pipelines.replay import replay_dead_letters

    choice = Choice(
        topic=params["topic"], error=params["error"], since=params["since"], until=params["until"]
    )
    return replay_dead_letters(SETTINGS, choice, params["limit"], dry_run=params["dry_run"])


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    max_active_runs=1,
    default_args={"execution_timeout": LONG},
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
    params={
        "dry_run": Param(
            True, type="boolean", title="Dry run", description="Only tell how many and which, send nothing."
        ),
        "topic": Param(
            "",
            type="string",
            title="Topic",
            description="Only records of this topic, such as runlore.logs. Empty: of all.",
        ),
        "error": Param(
            "",
            type="string",
            title="Error contains",
            description="Only records whose error contains this text, such as JSONDecodeError. Empty: any.",
        ),
        "since": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Since",
            description="Only records written at this time or later. Empty: from the first one.",
        ),
        "until": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Until",
            description="Only records written before this time. Empty: up to now.",
        ),
        "limit": Param(
            1000,
            type="integer",
            minimum=1,
            maximum=20_000,
            title="At most",
            description="The oldest so many that fit; trigger again for the rest.",
        ),
    },
)
def replay_dead_letter() -> None:
    """Wire the task."""
    replay_task()


replay_dead_letter()
