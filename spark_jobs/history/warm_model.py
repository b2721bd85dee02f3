"""The embedding model in a process of its own beside a Python worker of Spark, started once and kept warm.

It runs in the model server's environment, which has what makes vectors; a worker that ends, however, closes
the pipe, and so ends its model.
"""

import json
import os
import shlex
import subprocess
from typing import Final

import numpy as np
import numpy.typing as npt

from processors.stores.model_server import read_vectors

Vectors = npt.NDArray[np.float32]

_WARM: Final[dict[str, "subprocess.Popen[bytes]"]] = {}


def embed_warm(command: str, texts: list[str]) -> tuple[Vectors, str]:
    """Embed texts by a model that this worker keeps; the first call starts it.

    Args:
        command: Reads JSON lists of texts, a line each, and answers each by a line with their vectors.
        texts: At least one text.

    Returns:
        Unit vectors of shape (n_texts, dim), in the order of the texts, and `model@revision`.

    Raises:
        RuntimeError: The process ended; the next call starts another.
    """
    process = _WARM.get(command) or _start(command)
    _WARM[command] = process
    try:
        return read_vectors(_ask(process, texts), len(texts))
    except (OSError, ValueError) as error:
        del _WARM[command]
        process.kill()
        raise RuntimeError(f"{command!r} ended with {process.wait()} at {len(texts)} texts") from error


def _ask(process: "subprocess.Popen[bytes]", texts: list[str]) -> bytes:
    asked, told = process.stdin, process.stdout
    if asked is None or told is None:
        raise OSError("no pipes")
    asked.write(json.dumps(texts).encode() + b"\n")
    asked.flush()
    return told.readline()


def _start(command: str) -> "subprocess.Popen[bytes]":
    # There is a worker for each core of an executor, and so a model for each: more threads would only wait.
    environment = {**os.environ, "RUNLORE_MODEL_THREADS": "1"}
    return subprocess.Popen(
        shlex.split(command), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
