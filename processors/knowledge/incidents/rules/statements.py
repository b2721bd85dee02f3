"""What the API itself says is wrong: reasons with messages, of states and of events that aren't stale."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from processors.knowledge.incidents.health import has_failed_lately, is_fine, is_stale, read_time
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import began_at, seen_at
from processors.knowledge.incidents.world import WORKLOADS, World


class Statement(NamedTuple):
    """A reason with its message.

    Attributes:
        about: The object that it is about, such as a pod.
        maker: The object that a person would edit, such as the pod's deployment.
        text: Reason and message.
        image: Of the container that it is about, if one is known.
        container: What the container is called, such as `init container schema`.
        evidence: Id of the chunk.
        since: When it was said first.
    """

    about: Ref
    maker: Ref
    text: str
    image: str
    container: str
    evidence: str
    since: datetime


def list_statements(world: World) -> Iterator[Statement]:
    """Yield what states and events say is wrong; nothing of what is fine again."""
    for ref, state in world.states.items():
        if ref.kind == "Pod":
            yield from _read_pod(world, ref)
        elif ref.kind in WORKLOADS and state["labels"].get("refused"):
            said = f"FailedCreate: {state['labels']['refused']}"
            yield _state(world, ref, said, seen_at(state))
    for about, events in world.events.items():
        for event in events:
            if event["severity"] in ("warning", "error") and not is_stale(world, event, about):
                labels = event["labels"]
                yield Statement(
                    about,
                    world.find_maker(about),
                    f"{labels.get('reason', '')}: {labels.get('message', '')}",
                    world.labels(about).get("container_image", ""),
                    world.labels(about).get("container", ""),
                    event["chunk_id"],
                    began_at(event),
                )


def _read_pod(world: World, pod: Ref) -> Iterator[Statement]:
    if is_fine(world, pod):
        return
    labels = world.labels(pod)
    since = read_time(labels.get("unready_since", "")) or seen_at(world.states[pod])
    if labels.get("waiting"):
        yield _state(world, pod, f"{labels['waiting']}: {labels.get('waiting_message', '')}", since)
    has_ended = labels.get("ended") and labels.get("exit_code") != "0"
    if has_ended and (
        labels.get("waiting") or labels.get("ready") != "True" or has_failed_lately(world, pod)
    ):
        ended = read_time(labels.get("ended_at", "")) or since
        message = labels.get("ended_message", "")
        code = labels.get("exit_code", "unknown")
        yield _state(world, pod, f"Ended: {labels['ended']} (exit code {code}) {message}".strip(), ended)
    if labels.get("unscheduled"):
        yield _state(world, pod, f"FailedScheduling: {labels['unscheduled']}", since)
    if labels.get("why") and labels.get("phase") == "Failed":
        yield _state(world, pod, labels["why"], since)


def _state(world: World, ref: Ref, text: str, since: datetime) -> Statement:
    state = world.states[ref]
    labels = state["labels"]
    return Statement(
        ref,
        world.find_maker(ref),
        text,
        labels.get("container_image", ""),
        labels.get("container", ""),
        state["chunk_id"],
        since,
    )
