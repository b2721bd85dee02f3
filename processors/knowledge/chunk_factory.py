"""The one factory of chunks: what a builder knows of a thing becomes what can be written, found and shown.

A builder describes; it knows of no batch, no position and no group. Here, once for every source, ids and
hashes are made, text is made writable, names are cut to what OpenSearch takes, times are bounded, and it is
decided who may see it: those whom the access policy names, or, of a page, its source, or, of an incident,
those who may see what it was found by.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from processors.access_policy import AccessPolicy, choose_groups
from processors.knowledge.blocks import Block
from processors.knowledge.chunk import Chunk, hash_content, make_id
from processors.knowledge.times import EARLIEST, bound_moment
from processors.knowledge.untrusted import clean_strings, clean_text

LONGEST_NAME: Final = 1_000
"""Characters of a name; OpenSearch takes 32,766 bytes, of which a character may need four."""

LONGEST_VALUE: Final = 500
"""Characters of a value that a question may name; nobody types a longer one."""

LONGEST_TEXT: Final = 60_000
"""Characters of a chunk's text, some ten times what a model is ever shown of it."""

MOST_VALUES: Final = 2_000
_CUT: Final = "…"


class Description(NamedTuple):
    """What is known of one thing: all of its chunk that isn't the same for its whole record or page.

    Attributes:
        kind: Such as `log_pattern`.
        identity: What its chunk's id is made of; a later chunk of equal parts replaces it.
        document: What the id of its document is made of, which all that tells of the same thing shares.
        source: Where it comes from: a topic, a system, a repository.
        title: Its heading.
        text: What is searched, quoted and shown.
        observed_at: When it was seen last, ISO 8601.
        cite: How to find it again.
        labels: Figures for programs.
        severity: debug, info, warning, error or critical; empty where nothing says.
        service: Whom it is about.
        namespace: Of the service, if it is known.
        cluster: Of the service, if it is known.
        heading_path: The headings above it; of a page.
        began_at: When it began, ISO 8601; None of a page.
        gist: What is embedded in place of the text, if that changes; None where the text is.
        values: Words by which it is found though the text doesn't show them; None where no such are kept.
        blocks: The tree that the text is written from; of a page.
        procedure: The id that all parts of a procedure or section share; of a page.
    """

    kind: str
    identity: tuple[object, ...]
    document: tuple[object, ...]
    source: str
    title: str
    text: str
    observed_at: str
    cite: dict[str, Any]
    labels: dict[str, str]
    severity: str
    service: str
    namespace: str = ""
    cluster: str = ""
    heading_path: str = ""
    began_at: str | None = None
    gist: str | None = None
    values: list[str] | None = None
    blocks: list[Block] | None = None
    procedure: str | None = None


class Reading(NamedTuple):
    """What a record told, and in words what of it could not be read, each with its place in the record."""

    descriptions: list[Description]
    faults: list[str]


class Origin(NamedTuple):
    """Where in Kafka a chunk comes from.

    Attributes:
        place: Topic and partition, as `runlore.logs/0`.
        position: Offset behind the last record that it was made from.
        clock: The broker's time of that record.
        write_version: Orders the writes of a chunk.
        offsets: Every single offset that it tells of, where it tells of many records.
    """

    place: str
    position: int
    clock: datetime
    write_version: int
    offsets: str | None = None


class Batch(NamedTuple):
    """The run that reads: its id, and when it read, ISO 8601."""

    batch_id: str
    read_at: str


def make_event_chunk(description: Description, origin: Origin, batch: Batch, policy: AccessPolicy) -> Chunk:
    """Return the chunk of something that happened, its times bounded, with the groups that may see it.

    Args:
        description: With `began_at` and `gist`.
        origin: Where in Kafka it comes from.
        batch: The run that read it.
        policy: Who may see what.

    Example:
        >>> from datetime import UTC
        >>> from processors.access_policy import PUBLIC_POLICY
        >>> clock = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> alert = Description(
        ...     kind="alert", identity=("alert", "x"), document=("alert", "x"), source="prometheus:alerts",
        ...     title="x", text="cut \\ud83d", gist="x", service="s" * 40_000, severity="error",
        ...     cite={}, labels={}, began_at=clock.isoformat(), observed_at="2099-01-01T00:00:00+00:00")
        >>> origin = Origin("runlore.metrics/0", 7, clock, write_version=1)
        >>> chunk = make_event_chunk(alert, origin, Batch("b", clock.isoformat()), PUBLIC_POLICY)
        >>> chunk["text"], len(chunk["service"]), chunk["observed_at"][:4], chunk["acl"]
        ('cut �', 1000, '2026', ['public'])
    """
    chunk = _make_chunk(description, batch)
    observed = bound_moment(datetime.fromisoformat(description.observed_at), origin.clock)
    began = datetime.fromisoformat(description.began_at or description.observed_at)
    chunk["observed_at"] = observed.isoformat()
    chunk["began_at"] = (began if EARLIEST <= began <= observed else observed).isoformat()
    chunk["source_place"], chunk["source_offset"] = origin.place, origin.position
    chunk["write_version"] = origin.write_version
    if origin.offsets is not None:
        chunk["source_offsets"] = origin.offsets
    chunk["acl"] = choose_groups(policy, chunk)
    return chunk


def make_page_chunk(description: Description, batch: Batch, groups: list[str]) -> Chunk:
    """Return the chunk of a piece of a page.

    Args:
        description: With `heading_path`.
        batch: The run that read it.
        groups: Who may see the page, as its source says.
    """
    chunk = _make_chunk(description, batch)
    chunk["acl"] = groups
    return chunk


def make_incident_chunk(
    description: Description, batch: Batch, groups: list[str], write_version: int
) -> Chunk:
    """Return the chunk of what was found out of other chunks.

    Args:
        description: With `began_at` and `gist`.
        batch: The run that found it.
        groups: Who may see all that it was found by.
        write_version: Orders the writes of a chunk.
    """
    chunk = _make_chunk(description, batch)
    chunk["began_at"] = description.began_at or description.observed_at
    chunk["acl"] = groups
    chunk["write_version"] = write_version
    return chunk


def _make_chunk(described: Description, batch: Batch) -> Chunk:
    """Return a chunk that can be written, which nobody may see yet."""
    embedded = described.text if described.gist is None else described.gist
    chunk = Chunk(
        chunk_id=make_id(*described.identity),
        doc_id=make_id(*described.document),
        source=_write_name(described.source),
        kind=described.kind,
        title=_write_name(described.title),
        heading_path=clean_text(described.heading_path),
        text=_cut(clean_text(described.text), LONGEST_TEXT),
        content_hash=hash_content(described.title, described.heading_path, embedded),
        observed_at=described.observed_at,
        ingested_at=batch.read_at,
        cluster=_write_name(described.cluster),
        namespace=_write_name(described.namespace),
        service=_write_name(described.service),
        severity=_write_name(described.severity),
        labels={
            name: _cut(str(value), LONGEST_NAME) for name, value in clean_strings(described.labels).items()
        },
        acl=[],
        cite=clean_strings(described.cite),
        batch_id=batch.batch_id,
    )
    if described.gist is not None:
        chunk["gist"] = clean_text(described.gist)
    if described.values is not None:
        short = [value for value in clean_strings(described.values) if len(value) <= LONGEST_VALUE]
        chunk["values"] = short[-MOST_VALUES:]
    if described.blocks is not None:
        # Whatever is in a tree is in its text as well.
        is_clean = chunk["text"] == described.text
        chunk["blocks"] = described.blocks if is_clean else clean_strings(described.blocks)
    if described.procedure is not None:
        chunk["procedure"] = described.procedure
    return chunk


def _write_name(stated: object) -> str:
    return _cut(clean_text(str(stated)), LONGEST_NAME)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT
