"""Shares of a micro-batch: partitions that one task reads, parses and embeds while others do theirs.

Each partition belongs to one share, whatever partitions there are, so that it has one reader and its log
patterns one writer. What all shares came to is written together, for a version's positions move once.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import structlog

from processors.knowledge.positions import Positions, merge_positions
from processors.stores import staging

log = structlog.get_logger(__name__)


class Share(NamedTuple):
    """Which share of how many; counted from 0."""

    number: int
    of: int


WHOLE: Final = Share(0, 1)


def is_of(share: Share, topic: str, partition: int) -> bool:
    """Tell whether a partition belongs to a share.

    Args:
        share: Which one.
        topic: Of the partition.
        partition: Its number.

    Example:
        >>> [is_of(Share(number, 2), "runlore.logs", 4) for number in range(2)]
        [False, True]
    """
    # Topics of one partition each, as most are, don't all fall to the first share.
    return (zlib.crc32(topic.encode()) + partition) % share.of == share.number


def name_run(run_id: str, share: Share) -> str:
    """Return the name of a share's folder in staging, which is a run's like any other.

    Args:
        run_id: Airflow's.
        share: Of the run.

    Example:
        >>> name_run("r", WHOLE), name_run("r", Share(1, 4))
        ('r', 'r-share-1')
    """
    return run_id if share.of == 1 else f"{run_id}-share-{share.number}"


def share_of(manifest: Mapping[str, Any]) -> Share:
    """Return the share that a stage's manifest tells of; one that tells of none is of a whole run."""
    return Share(*manifest.get("share", WHOLE))


def keep_states(states: Mapping[str, Any], share: Share) -> dict[str, Any]:
    """Return the log states of a share's partitions.

    Args:
        states: Of all partitions, by topic and number, as in `runlore.logs/1`.
        share: Which one.
    """
    split = ((place, place.rpartition("/")) for place in states)
    return {place: states[place] for place, (topic, _, number) in split if is_of(share, topic, int(number))}


def join_shares(run_urls: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Return the shares that were read from the same positions of one version, and the manifest of them all.

    A version may go live between the first task and the last. What was read from another one's positions
    than the first share is left out, and read again by the next run, for its positions don't move.

    Args:
        run_urls: Folders of the shares in staging, at least one.
    """
    manifests = {url: staging.read_manifest(f"{url}/light") for url in run_urls}
    first = manifests[run_urls[0]]
    place = (first["version"], first["held"])
    taken = {url: each for url, each in manifests.items() if (each["version"], each["held"]) == place}
    if len(taken) < len(manifests):
        log.warning("shares of another version are read again", left_out=sorted(manifests.keys() - taken))
    ends = [each["end"] for each in taken.values()]
    newest = [each["newest_ms"] for each in taken.values() if each["newest_ms"] is not None]
    shares = [share_of(each) for each in taken.values()]
    joined = {
        "end": _join_ends(first["held"], shares, ends),
        "newest_ms": max(newest, default=None),
        "log_state": _join_states(run_urls[0], list(taken.values())),
    }
    return list(taken), {**first, **joined}


def _join_ends(held: Positions, shares: Sequence[Share], ends: Sequence[Positions]) -> Positions:
    """Return how far each share came, and where the partitions stand that belong to none of them."""
    others: Positions = {}
    for topic, partitions in held.items():
        for partition, at in partitions.items():
            if not any(is_of(share, topic, int(partition)) for share in shares):
                others.setdefault(topic, {})[partition] = at
    # No partition is in two of them.
    return merge_positions(others, *ends)


def _join_states(url: str, manifests: Sequence[Mapping[str, Any]]) -> str:
    """Return the URL of the log states of all partitions; a whole run has written them already."""
    if share_of(manifests[0]).of == 1:
        return str(manifests[0]["log_state"])
    states = dict(staging.read_json(manifests[0]["held_log_state"]) if manifests[0]["held_log_state"] else {})
    for manifest in manifests:
        states |= staging.read_json(manifest["log_state"])
    return staging.write_json(f"{url}/index", "log_state", states)
