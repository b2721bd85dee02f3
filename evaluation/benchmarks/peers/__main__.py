"""`make bench-peers`: files to a search beside Haystack and LangChain: the same pages, model and OpenSearch.

English pages of Kubernetes are brought in by each in turn: read, cut, embedded, indexed, found. Ours are the
functions of `cag_pipeline` without Airflow. Theirs are their own parts with their defaults, by torch and by
OpenVINO, the fastest way on a processor that sentence-transformers documents for the same weights. Models are
loaded before the clock starts. Each cuts pages in its own way, so pages, chunks and the characters that the
model reads are told: of a text it reads no more than 256 tokens. Of CPU time that of OpenSearch is left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import psutil
from tokenizers import Tokenizer

from evaluation.benchmarks.peers.ours import bring_in, stage_apart
from evaluation.benchmarks.rows import Row, emit, leave_out, open_table
from local.environments import ROOT, ensure_environment, find_environments
from local.models import find_packaged
from local.settings import load_settings as load_stack_settings
from local.supervisor import list_programs
from processors.logs import configure_logs
from processors.settings import Settings, load_settings
from processors.stores.search import open_search

ENVIRONMENT: Final = "peers"
_PAGES: Final = "kubernetes-docs/content/en"
_READ_TOKENS: Final = 256
_PEERS: Final = {
    "Haystack": "haystack_files",
    "LangChain": "langchain_files",
}
_BACKENDS: Final = {"torch": "torch", "openvino": "OpenVINO"}
_PATIENCE_S: Final = 900
_UNITS: Final = {
    "pages": "pages/s",
    "chunks": "chunks/s",
    "characters": "characters/s",
    "characters_by_cpu": "characters/CPU s",
}
_QUIET: Final = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}


class Done(NamedTuple):
    """What a round came to: seconds by the clock and of CPU time, and the texts that were embedded."""

    seconds: float
    cpu: float
    texts: list[str]


class Pace(NamedTuple):
    """How much of each a second, and a second of CPU time."""

    pages: float
    chunks: float
    characters: float
    characters_by_cpu: float


def count_read(tokenizer: Tokenizer, texts: Sequence[str]) -> int:
    """Return how many characters of texts the model reads.

    Args:
        tokenizer: Of the model, which cuts off what it doesn't read.
        texts: At least one.
    """
    encoded = tokenizer.encode_batch(list(texts))
    return sum(max((end for _, end in one.offsets), default=0) for one in encoded)


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """Return how many tokens of each text the model reads.

    Args:
        tokenizer: Of the model, which cuts off what it doesn't read.
        texts: At least one.
    """
    return [len(one.ids) for one in tokenizer.encode_batch(list(texts))]


def open_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a model, which cuts texts off where the model stops reading."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_READ_TOKENS)
    return tokenizer


def choose_pages(data: Path, every: int, folder: Path) -> int:
    """Copy every so many-th page to a folder, and return how many they are.

    Args:
        data: Holds the pages of Kubernetes.
        every: 1: all of them.
        folder: Empty.
    """
    pages = sorted((data / _PAGES).rglob("*.md"))[::every]
    for page in pages:
        target = folder / page.relative_to(data / _PAGES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, target)
    return len(pages)


def ask_peer(settings: Settings, envs: Path, module: str, folder: Path, backend: str) -> Done:
    """Return what a peer's round came to.

    Args:
        settings: Name OpenSearch.
        envs: Hold the environment of the peers and the model.
        module: Of the peer.
        folder: Of pages.
        backend: Of sentence-transformers.

    Raises:
        RuntimeError: It doesn't find its last chunk.
    """
    index, client = f"bench-peers-{uuid.uuid4().hex[:8]}", open_search(settings.opensearch)
    command = [
        str(envs / ENVIRONMENT / "bin/python"), "-m", f"evaluation.benchmarks.peers.{module}",
        str(folder), str(find_packaged(envs)), settings.opensearch.url, index, backend,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **_QUIET}, text=True, check=True, timeout=_PATIENCE_S,
            stdout=subprocess.PIPE,
        )  # fmt: skip
    finally:
        client.indices.delete(index=index, ignore_unavailable=True)
    told = json.loads(done.stdout.splitlines()[-1])
    if not told["found"]:
        raise RuntimeError(f"{module}: a search for the last chunk doesn't find it")
    return Done(told["seconds"], told["cpu"], told["texts"])


def list_rows(beside: str, ours: Sequence[Pace], theirs: Sequence[Pace]) -> list[Row]:
    """Return the rows of one peer: medians of the rounds.

    Args:
        beside: Names the peer.
        ours: Of each round.
        theirs: Of each round.
    """
    return [
        Row(
            "files to a search",
            statistics.median(getattr(pace, field) for pace in ours),
            unit,
            "more",
            beside=beside,
            bare=statistics.median(getattr(pace, field) for pace in theirs),
        )
        for field, unit in _UNITS.items()
    ]


def measure(settings: Settings, envs: Path, folder: Path, pages: int, rounds: int) -> None:
    """Let all bring the pages in, and print the rows.

    Args:
        settings: Of the platform.
        envs: The environments.
        folder: Of pages.
        pages: How many it has.
        rounds: How often all of it is done.
    """
    tokenizer = open_tokenizer(find_packaged(envs))
    server = psutil.Process(list_programs(load_stack_settings())["model-server"]["pid"])
    paces: dict[str, list[Pace]] = {}

    def note(name: str, done: Done) -> None:
        read, lengths = count_read(tokenizer, done.texts), count_tokens(tokenizer, done.texts)
        sys.stdout.write(
            f"{name}: {done.seconds:.1f} s, {done.cpu:.1f} s of CPU time, {len(done.texts)} chunks, "
            f"{statistics.mean(lengths):.0f} tokens read of each, "
            f"{read / sum(map(len, done.texts)):.0%} of the characters\n"
        )
        sys.stdout.flush()
        chunks = len(done.texts)
        pace = Pace(pages / done.seconds, chunks / done.seconds, read / done.seconds, read / done.cpu)
        paces.setdefault(name, []).append(pace)

    for _ in range(rounds):
        with stage_apart(settings) as apart:
            used = time.process_time() + sum(server.cpu_times()[:2])
            brought = bring_in(apart, folder)
            used = time.process_time() + sum(server.cpu_times()[:2]) - used
        note("Runlore", Done(brought.seconds, used, brought.texts))
        sys.stdout.write("".join(f"  {name} {taken:.1f} s\n" for name, taken in brought.stages.items()))
        for backend, named in _BACKENDS.items():
            for peer, module in _PEERS.items():
                note(f"{peer}, {named}", ask_peer(settings, envs, module, folder, backend))
    ours = paces.pop("Runlore")
    for beside, theirs in paces.items():
        for row in list_rows(beside, ours, theirs):
            emit(row)


def main() -> None:
    """Measure on the stack that the environment names."""
    parser = argparse.ArgumentParser(prog="bench-peers", description=__doc__)
    parser.add_argument("--every", type=int, default=24, help="every so many-th page")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    data = Path(os.environ.get("RUNLORE_TEST_DATA", ""))
    if not (data / _PAGES).is_dir():
        leave_out(f"RUNLORE_TEST_DATA must name the folder that holds {_PAGES}")
    settings = load_settings()
    configure_logs("ERROR", "bench-peers", settings.versions.code_commit)
    envs = find_environments()
    ensure_environment(envs, ENVIRONMENT)
    with tempfile.TemporaryDirectory(prefix="runlore-bench-") as folder:
        pages = choose_pages(data, given.every, Path(folder))
        open_table(f"{pages} pages; {given.rounds} rounds in turns")
        measure(settings, envs, Path(folder), pages, given.rounds)


if __name__ == "__main__":
    main()
