"""What is looked at of a container of the model server, and what counts as wrong."""

import json
import time
import urllib.request
from typing import NamedTuple

from local.containers.engine import Engine, run_docker
from local.containers.running import (
    GRACE_S,
    KILLED,
    Stop,
    running_model_server,
    stop_container,
    wait_until_healthy,
)

_MODEL = "all-minilm-l6-v2"
_DIMENSION = 384


class ModelFindings(NamedTuple):
    """What was seen of a container.

    Attributes:
        healthy_after_s: seconds from the start until its own health check was content.
        numbers: length of the vector that it gave for a text.
        memory: what it used then, as Docker writes it.
        stop: its end, told while nobody asked it anything.
    """

    healthy_after_s: float
    numbers: int
    memory: str
    stop: Stop


def check_model_server(engine: Engine, image: str) -> ModelFindings:
    """Run the image of the model server as production does, embed a text, and end it.

    Raises:
        StackError: if it doesn't start, or doesn't become healthy.
    """
    began = time.monotonic()
    with running_model_server(engine, image) as (container, port):
        wait_until_healthy(engine, container)
        healthy_after_s = time.monotonic() - began
        numbers = len(_embed(port, "The disk is full."))
        memory = run_docker(engine, "stats", "--no-stream", "--format", "{{.MemUsage}}", container)
        return ModelFindings(healthy_after_s, numbers, memory, stop_container(engine, container))


def list_model_faults(found: ModelFindings) -> list[str]:
    """Say what is not as it has to be; nothing if all is well."""
    faults = []
    if found.numbers != _DIMENSION:
        faults.append(f"the model server gave a vector of {found.numbers}, not of {_DIMENSION}")
    if found.stop.code == KILLED:
        faults.append(f"the model server ignored SIGTERM for {GRACE_S} s and was killed")
    return faults


def _embed(port: int, text: str) -> list[float]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/openai/v1/embeddings",
        json.dumps({"model": _MODEL, "input": text}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- its own address
        embedding: list[float] = json.load(answer)["data"][0]["embedding"]
    return embedding
