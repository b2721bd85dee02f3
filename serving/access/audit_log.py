"""The audit log is written: who asked what, and which chunks they were shown; one JSON object a line.

Each line carries the hash of the one before, which `audit` verifies. A thread of its own writes, so nobody
waits for the disk; several processes may write to one file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import queue
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from serving.context.metrics import AUDIT_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from serving.context.request_context import RequestContext

BEGIN: Final = "0" * 64
"""Stands where the first line of a file has the hash of the one before."""
_QUESTION_CHARACTERS: Final = 2_000
# More than these waiting means that the disk is away; what comes then is counted, and lost.
_WAITING: Final = 100_000
_TAIL: Final = 1 << 20

log = structlog.get_logger(__name__)


def describe_request(
    context: RequestContext, *, identity: str, route: str, status: int, seconds: float, ended: bool
) -> dict[str, Any]:
    """Return the line of a request, without its place in the chain.

    Args:
        context: What is known of it.
        identity: Its correlation id.
        route: Its path, with the names of parameters in place of what they were.
        status: HTTP status of the response.
        seconds: From its arrival to the end of the answer.
        ended: Whether the whole answer was sent.
    """
    if status < 400:
        outcome = "answered" if ended and not context.broke_off else "broken off"
    else:
        outcome = "refused" if status < 500 else "failed"
    caller = context.caller
    return {
        "@timestamp": _show_now(),
        "correlation_id": identity,
        "user": caller.user if caller else None,
        "groups": list(caller.groups) if caller else [],
        "route": route,
        "model": context.model or None,
        "question": context.question[:_QUESTION_CHARACTERS] or None,
        "versions": {pipeline: version for pipeline, version in context.versions.items() if version},
        "chunks": list(dict.fromkeys(context.shown)),
        "outcome": outcome,
        "status": status,
        "tokens": context.tokens,
        "ms": round(seconds * 1000, 1),
    }


def seal_line(entry: Mapping[str, Any], before: str) -> bytes:
    """Return the line of an entry, with the hash of the line before it.

    What is no Unicode, such as half of a surrogate pair, is shown as a question mark.

    Raises:
        TypeError: The entry holds what JSON doesn't know.
        RecursionError: It is nested too deeply, or in itself.

    Example:
        >>> seal_line({"user": "key:ops"}, "00"), seal_line({"user": "a\\ud800"}, "00")
        (b'{"user":"key:ops","before":"00"}', b'{"user":"a?","before":"00"}')
    """
    line = json.dumps({**entry, "before": before}, ensure_ascii=False, separators=(",", ":"))
    return line.encode(errors="replace")


def seal_anyway(entry: Mapping[str, Any], before: str) -> bytes:
    """Return the line of an entry, or, if there can be none, one that says which request it was of."""
    try:
        return seal_line(entry, before)
    except Exception as error:  # whatever is wrong with one entry, the chain goes on and tells of it
        AUDIT_LINES.labels("unwritable").inc()
        identity = str(entry.get("correlation_id"))
        log.error("an entry of the audit log can't be written", correlation_id=identity, error=repr(error))
        return seal_line({"correlation_id": identity, "unwritable": type(error).__name__}, before)


def hash_line(line: bytes) -> str:
    """Return the hash that the next line carries."""
    return hashlib.sha256(line).hexdigest()


class AuditLog:
    """Appends entries to a file in a thread of its own."""

    def __init__(self, path: Path) -> None:
        """Open the file, and begin to write.

        Raises:
            OSError: It can't be written to.
        """
        self._path = path
        self._before, self._size, self._inode = BEGIN, -1, -1
        self._entries: queue.Queue[Mapping[str, Any] | None] = queue.Queue(_WAITING)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        self._writer = threading.Thread(target=self._write, name="audit", daemon=True)
        self._writer.start()

    def append(self, entry: Mapping[str, Any]) -> None:
        """Have an entry written; returns at once."""
        try:
            self._entries.put_nowait(entry)
        except queue.Full:
            AUDIT_LINES.labels("lost").inc()

    def close(self) -> None:
        """Write what still waits, and end."""
        self._entries.put(None)
        self._writer.join()

    def _write(self) -> None:
        for entries in self._take_batches():
            try:
                self._append_all(entries)
                AUDIT_LINES.labels("written").inc(len(entries))
            except Exception as error:  # nobody would start this thread again: the next batch may do
                AUDIT_LINES.labels("lost").inc(len(entries))
                log.error("audit log can't be written", file=str(self._path), error=repr(error))

    def _take_batches(self) -> Iterator[list[Mapping[str, Any]]]:
        """Yield what has come, together, until the end."""
        while (first := self._entries.get()) is not None:
            batch = [first]
            while not self._entries.empty():
                following = self._entries.get()
                if following is None:
                    yield batch
                    return
                batch.append(following)
            yield batch

    def _append_all(self, entries: Sequence[Mapping[str, Any]]) -> None:
        # It is opened anew each time: whoever rotates logs may have moved it away.
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            there = os.fstat(file.fileno())
            before, written = self._before, b""
            if (there.st_ino, there.st_size) != (self._inode, self._size):
                before, written = _read_end(file, there.st_size, before)
            for entry in entries:
                line = seal_anyway(entry, before)
                before, written = hash_line(line), written + line + b"\n"
            file.write(written)
            file.flush()
            self._before, self._inode = before, there.st_ino
            self._size = os.fstat(file.fileno()).st_size


def _read_end(file: Any, size: int, before: str) -> tuple[str, bytes]:
    """Return the hash of the last whole line, and what must follow a line that was torn by a power cut.

    A file that is empty is a new one: it goes on from the line that was written last.
    """
    if not size:
        return before, b""
    file.seek(max(size - _TAIL, 0))
    whole, _, torn = file.read().rpartition(b"\n")
    last = whole.rpartition(b"\n")[2]
    digest = hash_line(last) if last else BEGIN
    if not torn:
        return digest, b""
    # It is kept, and told of: what stands there must not look as if somebody had put it in.
    line = seal_line({"@timestamp": _show_now(), "torn": hash_line(torn)}, digest)
    return hash_line(line), b"\n" + line + b"\n"


def _show_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
