"""Versions as tables in plain text, for a terminal and for a task's log."""

from collections.abc import Sequence
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.versions import catalog
from processors.versions.catalog import require_version
from processors.versions.diff import VersionDiff, describe_documents, diff_versions
from processors.versions.leases import find_builder
from processors.versions.names import cover_family, find_version
from processors.versions.pins import list_pinned

_SHOWN: Final = 20
_WIDEST: Final = 90


def list_table(client: OpenSearch, pipelines: Sequence[str]) -> str:
    """Return all versions, oldest first, a line each."""
    head = ("VERSION", "STATE", "CHUNKS", "MB", "MADE", "MODEL", "NOTE")
    rows: list[tuple[str, ...]] = []
    for pipeline in pipelines:
        sizes, pinned = _measure_families(client, pipeline), list_pinned(client, pipeline)
        builder = find_builder(client, pipeline)
        built = builder["index"] if builder else None
        for version in catalog.list_versions(client, pipeline):
            index, meta = version["index"], version["meta"]
            notes = ["pinned"] * (index in pinned) + ["built now"] * (index == built)
            notes += meta.get("gate", {}).get("reasons", [])[:1]
            chunks, size, made = sizes.get(index, (0, 0, ""))
            state = "LIVE" if version["live"] else _state(meta)
            model = str(meta.get("embedding_model", "?")).partition("@")[0]
            note = _shorten("; ".join(notes))
            rows.append((index, state, f"{chunks:,}", f"{size / 1e6:,.1f}", made[:16], model, note))
    return _align([head, *rows]) if rows else "There is no version yet: make run builds the first ones."


def show_version(client: OpenSearch, version: str) -> str:
    """Return all that a version says of itself, and what OpenSearch says of it."""
    pipeline = require_version(client, version)
    meta = catalog.read_meta(client, version)
    chunks, size, made = _measure_families(client, pipeline).get(version, (0, 0, ""))
    indices = sorted(client.indices.get_alias(index=cover_family(version)))
    is_live = catalog.find_live(client, pipeline) == version
    gate = meta.get("gate", {})
    rows = [
        ("version", version),
        ("state", "LIVE" if is_live else _state(meta)),
        ("pinned", "yes" if version in list_pinned(client, pipeline) else "no"),
        ("made", made),
        ("chunks", f"{chunks:,}"),
        ("size", f"{size / 1e6:,.1f} MB in {len(indices)} {'index' if len(indices) == 1 else 'indices'}"),
        ("gate", {True: "promoted", False: "refused"}.get(gate.get("promote"), "not measured")),
        *(("  because", reason) for reason in gate.get("reasons", [])),
        *sorted((name, _tell(value)) for name, value in meta.items() if name not in ("gate", "state")),
    ]
    return _align(rows)


def show_diff(client: OpenSearch, before: str, after: str) -> str:
    """Return what changed from one version to another of the same pipeline.

    Args:
        client: OpenSearch.
        before: The earlier version.
        after: The later one.

    Raises:
        ValueError: One doesn't exist, or they belong to different pipelines.
    """
    if require_version(client, before) != require_version(client, after):
        raise ValueError(f"{before} and {after} hold different things and can't be compared")
    diff = diff_versions(client, before, after)
    documents = diff["documents"]
    titles = {
        **describe_documents(client, before, documents["removed"][:_SHOWN]),
        **describe_documents(client, after, [*documents["added"][:_SHOWN], *documents["changed"][:_SHOWN]]),
    }
    parts = [f"{before} → {after}", f"chunks: {diff['chunks'][0]:,} → {diff['chunks'][1]:,}"]
    for name, mark in (("added", "+"), ("changed", "~"), ("removed", "-")):
        found: list[str] = documents[name]  # type: ignore[literal-required]
        parts.append(f"\ndocuments {name}: {len(found):,}")
        parts += [f"  {mark} {titles.get(doc_id, doc_id)}" for doc_id in found[:_SHOWN]]
        parts += [f"  … and {len(found) - _SHOWN:,} more"] * (len(found) > _SHOWN)
    return "\n".join([*parts, *_tell_values(diff)])


def _tell_values(diff: VersionDiff) -> list[str]:
    parts = []
    for name in ("mapping", "settings", "meta"):
        values: dict[str, tuple[Any, Any]] = diff[name]
        parts.append(f"\n{name}: {'the same' if not values else f'{len(values)} differ'}")
        parts += [f"  {key}: {_tell(old)} → {_tell(new)}" for key, (old, new) in values.items()]
    return parts


def _measure_families(client: OpenSearch, pipeline: str) -> dict[str, tuple[int, int, str]]:
    """Return chunks, bytes and time of creation of each version, its slices included."""
    columns = "index,docs.count,store.size,creation.date.string"
    shown: Any = client.cat.indices(
        index=f"{pipeline}-v*", params={"format": "json", "bytes": "b", "h": columns, "s": "index"}
    )
    sizes: dict[str, tuple[int, int, str]] = {}
    for row in shown:
        version = find_version(row["index"])
        chunks, size, made = sizes.get(version, (0, 0, row["creation.date.string"]))
        sizes[version] = (chunks + int(row["docs.count"] or 0), size + int(row["store.size"] or 0), made)
    return sizes


def _state(meta: dict[str, Any]) -> str:
    state = str(meta.get("state", "?"))
    # The alias tells what is live; see `versions.was_live`.
    return "retired" if state == "live" else state


def _tell(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return _shorten(
            ", ".join(f"{name}={_tell(held)}" for name, held in sorted(value.items()) if held != "")
        )
    return _shorten(str(value))


def _shorten(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _align(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns of equal width.

    Example:
        >>> print(_align([("A", "LONG"), ("long", "b")]))
        A     LONG
        long  b
    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
