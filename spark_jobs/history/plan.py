"""What a rebuild reads: archived records, cut into pieces of work that don't depend on each other.

Log lines of a Kafka partition are one piece, for they are folded in the order of their offsets. All else is
told by itself, and cut into pieces of like size. The plan is written once; whoever goes on after a kill
follows it, whatever was archived meanwhile.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

from processors.knowledge import topics
from processors.knowledge.positions import Positions, merge_positions
from processors.stores import staging

_PIECE_EVENTS: Final = 50_000
_READERS: Final = 16

Stage = tuple[str, dict[str, Any]]
"""A light stage's URL and manifest."""


class Source(TypedDict):
    """The records that a run archived of one partition: their file, the first offset, and the one behind."""

    url: str
    begin: int
    end: int


class Piece(TypedDict):
    """A piece of work: archived records of one partition, in their order. Not each offset has a record."""

    name: str
    topic: str
    partition: int
    offsets: int
    sources: list[Source]


class Plan(TypedDict):
    """What is rebuilt. `pieces` are names, the largest first; `unreadable` are manifests that say nothing."""

    began_at: str
    window: dict[str, str]
    reached: Positions
    offsets: int
    pieces: list[str]
    unreadable: list[str]


def read_stages(staging_url: str, begin: datetime, end: datetime) -> tuple[list[Stage], list[str]]:
    """Return the light stages that ended within the window, oldest first, and manifests that can't be read.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        begin: The first time that counts.
        end: The last one.

    Raises:
        ValueError: No archived run ended within the window.
    """
    urls = staging.list_stages(staging_url, "rag", "light")
    with ThreadPoolExecutor(_READERS) as pool:
        manifests = list(pool.map(_read_manifest, urls))
    read = [(url, manifest) for url, manifest in zip(urls, manifests, strict=True) if manifest]
    within = [s for s in read if begin <= datetime.fromisoformat(s[1]["finished_at"]) <= end]
    if not within:
        raise ValueError(f"no archived run ended between {begin.isoformat()} and {end.isoformat()}")
    unreadable = [url for url, manifest in zip(urls, manifests, strict=True) if not manifest]
    return within, [f"{url}/manifest.json" for url in unreadable]


def _read_manifest(url: str) -> dict[str, Any] | None:
    try:
        manifest = staging.read_manifest(url)
        datetime.fromisoformat(manifest["finished_at"])
        return manifest
    except (ValueError, KeyError, TypeError):
        return None


def make_plan(staging_url: str, run_url: str, begin: datetime, end: datetime) -> Plan:
    """Write what a rebuild reads, or return what an earlier try of the same run wrote.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        run_url: Folder of the run in staging.
        begin: The first time that counts.
        end: The last one.

    Raises:
        ValueError: No archived run ended within the window.
    """
    url = f"{run_url}/heavy"
    if staging.is_present(f"{url}/plan.json.zst"):
        plan: Plan = staging.read_json(f"{url}/plan.json.zst")
        return plan
    stages, unreadable = read_stages(staging_url, begin, end)
    pieces = sorted(cut_pieces(stages), key=lambda piece: (-piece["offsets"], piece["name"]))
    for piece in pieces:
        staging.write_json(f"{url}/pieces", piece["name"], piece)
    plan = Plan(
        began_at=datetime.now(UTC).isoformat(),
        window={"from": begin.isoformat(), "to": end.isoformat()},
        reached=merge_positions(*(manifest["end"] for _, manifest in stages)),
        offsets=sum(piece["offsets"] for piece in pieces),
        pieces=[piece["name"] for piece in pieces],
        unreadable=unreadable,
    )
    staging.move_file(staging.write_json(url, "plan-begun", plan), f"{url}/plan.json.zst")
    return plan


def read_piece(run_url: str, name: str) -> Piece:
    """Return a piece of the plan."""
    piece: Piece = staging.read_json(f"{run_url}/heavy/pieces/{name}.json.zst")
    return piece


def cut_pieces(stages: Iterable[Stage]) -> Iterator[Piece]:
    """Cut what was archived into pieces of work.

    Args:
        stages: Light stages with their manifests.

    Example:
        >>> manifest = {"start": {topics.LOGS: {"0": 3}}, "end": {topics.LOGS: {"0": 5, "1": 0}}}
        >>> [(piece["name"], piece["offsets"]) for piece in cut_pieces([("file:///s/run/light", manifest)])]
        [('runlore.logs-0-0000', 2)]
    """
    places: dict[tuple[str, int], list[Source]] = {}
    for url, manifest in stages:
        records = f"{url.removesuffix('/light')}/ingest/records.parquet"
        for topic, partitions in manifest["end"].items():
            for partition, end in partitions.items():
                begin = manifest["start"].get(topic, {}).get(partition, 0)
                if begin < end:
                    source = Source(url=records, begin=begin, end=end)
                    places.setdefault((topic, int(partition)), []).append(source)
    for (topic, partition), sources in places.items():
        sources.sort(key=lambda source: (source["begin"], source["end"], source["url"]))
        runs = [sources] if topic == topics.LOGS else _cut(sources)
        for number, run in enumerate(runs):
            name, offsets = f"{topic}-{partition}-{number:04}", count_offsets(run)
            yield Piece(name=name, topic=topic, partition=partition, offsets=offsets, sources=run)


def _cut(sources: list[Source]) -> list[list[Source]]:
    """Cut sources where a piece is large enough and nothing behind was read by it already."""
    runs: list[list[Source]] = []
    reached = events = 0
    for source in sources:
        if not runs or (events >= _PIECE_EVENTS and source["begin"] >= reached):
            runs.append([])
            events = 0
        runs[-1].append(source)
        events += source["end"] - max(source["begin"], min(reached, source["end"]))
        reached = max(reached, source["end"])
    return runs


def count_offsets(sources: Iterable[Source]) -> int:
    """Return how many offsets sources in their order hold, each counted once.

    Example:
        >>> count_offsets([Source(url="a", begin=0, end=5), Source(url="b", begin=3, end=7)])
        7
    """
    reached = events = 0
    for source in sources:
        events += max(source["end"] - max(source["begin"], reached), 0)
        reached = max(reached, source["end"])
    return events
