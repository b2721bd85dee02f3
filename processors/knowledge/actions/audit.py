"""The record of what was proposed, approved and done: each entry carries the hash of the one before.

What is changed, taken out, put in or moved shows by the hashes. What is cut off at the end shows against a
second copy, for two copies are kept, in OpenSearch and in Kafka.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from processors.knowledge.actions.binding import Digest, Proposal, show_output
from processors.knowledge.actions.request import Key, Person, Request, Value
from processors.knowledge.actions.sealing import Sealed, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BEGIN: Final = "0" * 64
"""Stands in the first record in place of the hash of the one before."""

Event = Literal[
    "proposed", "refused", "approved", "rejected", "expired",
    "started", "executed", "failed", "unknown", "verified", "rolled_back",
]  # fmt: skip


class Entry(Sealed):
    """What is told of an action, before it has its place in the chain."""

    at: AwareDatetime
    event: Event
    key: Key
    action: str
    parameters: dict[str, Value]
    proposer: Person
    approver: Person | None = None
    command: tuple[str, ...] = ()
    hash: Digest | Literal[""] = ""
    dry_run_sha256: Digest | Literal[""] = ""
    result: str = ""
    effect: dict[str, Any] | None = None
    """What the verification measured."""
    reason: str = ""


class Record(Entry):
    """An entry with its place: nothing of it can be left out or changed."""

    seq: Annotated[int, Field(ge=1)]
    before: Digest
    """Hash of the record before."""


class AuditError(Exception):
    """The audit isn't as it was written."""


def make_entry(
    event: Event,
    request: Request,
    at: datetime,
    *,
    proposal: Proposal | None = None,
    approver: Person | None = None,
    result: str = "",
    effect: dict[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """Return what is told of a step of an action.

    Args:
        event: What happened.
        request: Of the action; long parameters, and secrets in them, aren't kept.
        at: When, with a zone.
        proposal: If there is one yet.
        approver: Who approved or rejected it.
        result: What the system said; it is masked and cut.
        effect: What the verification measured.
        reason: Why it was refused, or why nobody knows.
    """
    return Entry(
        at=at,
        event=event,
        key=request.key,
        action=request.action,
        parameters={name: _keep(value) for name, value in request.parameters.items()},
        proposer=request.proposer,
        approver=approver,
        command=tuple(show_output(word) for word in proposal.command) if proposal else (),
        hash=proposal.hash if proposal else "",
        dry_run_sha256=proposal.dry_run_sha256 if proposal else "",
        result=show_output(result),
        effect=effect,
        reason=show_output(reason),
    )


def seal_entry(entry: Entry, seq: int, before: str) -> Record:
    """Return the record that an entry is at its place.

    Args:
        entry: What is told.
        seq: Its number; the first is 1.
        before: Hash of the record before, or `BEGIN`.
    """
    return Record(**dict(entry), seq=seq, before=before)


def hash_record(record: Record) -> str:
    """Return the hash that the next record carries: of all that the record holds."""
    return digest(record)


def verify_records(told: Iterable[Any], after: int = 0, before: str = BEGIN) -> list[str]:
    """Return the hashes of records of a copy, in their order.

    Args:
        told: What the copy holds, from the first, or from behind one that is known.
        after: Number of that one.
        before: Hash of that one.

    Raises:
        AuditError: One was changed, taken out, put in or moved; the message says where.
    """
    hashes: list[str] = []
    for number, each in enumerate(told, start=after + 1):
        try:
            record = _RECORD.validate_python(each)
        except ValidationError as error:
            what = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise AuditError(f"record {number} is none: {what}") from error
        if record.seq != number:
            raise AuditError(f"record {number} is missing, or moved: {record.seq} stands there")
        if record.before != before:
            raise AuditError(f"record {number} doesn't follow the one before it: one of them was changed")
        before = hash_record(record)
        hashes.append(before)
    return hashes


def compare_copies(kept: Sequence[str], sent: Sequence[str]) -> int:
    """Return how many records weren't sent yet.

    Args:
        kept: Hashes of the copy that is written first.
        sent: Hashes of the one that follows it.

    Raises:
        AuditError: They differ, or the first one lacks what the second one has.

    Example:
        >>> compare_copies(["a", "b"], ["a"])
        1
        >>> compare_copies(["a"], ["a", "b"])
        Traceback (most recent call last):
        ...
        processors.knowledge.actions.audit.AuditError: 1 records were cut off behind record 1
    """
    for number, (first, second) in enumerate(zip(kept, sent, strict=False), start=1):
        if first != second:
            raise AuditError(f"record {number} isn't the same in both copies: one of them was written anew")
    if len(sent) > len(kept):
        raise AuditError(f"{len(sent) - len(kept)} records were cut off behind record {len(kept)}")
    return len(kept) - len(sent)


_RECORD: Final = TypeAdapter(Record)


def _keep(value: str | int) -> str | int:
    return show_output(value) if isinstance(value, str) else value
