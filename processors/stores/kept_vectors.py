"""Vectors in staging while they are made: what a killed run had embedded is there for the next one.

A folder for each embedding model under `<staging>/vectors`, named by its identity, prefixes included; in it
Parquet files, each written whole under another name before it gets its own. A part holds vectors of one
revision, says which, and has checksums. What can't be read is told and left out: it is embedded again.
"""

import re
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from pyarrow import fs

from processors.knowledge.chunk import make_id

log = structlog.get_logger(__name__)

Vector = npt.NDArray[np.float32]

_FOLDER: Final = "vectors"
_MODEL: Final = b"embedding_model"
# A name that begins so is a part that is being written, or was when its process was killed.
_UNFINISHED: Final = "."


def locate_vectors(staging_url: str, identity: str) -> str:
    """Return the folder of a model's vectors.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        identity: The embedding model without its revision; the same model with other prefixes is another one.

    Example:
        >>> locate_vectors("file:///s/", "intfloat/e5+0a1b2c3d")
        'file:///s/vectors/intfloat-e5-0a1b2c3d-b04ef99c'
    """
    readable = re.sub(r"[^\w.-]", "-", identity)
    return f"{staging_url.rstrip('/')}/{_FOLDER}/{readable}-{make_id(identity)[:8]}"


def keep_vectors(url: str, model: str, vectors: Mapping[str, Vector]) -> str:
    """Write a part, and return its URL.

    Args:
        url: The model's folder.
        model: `identity@revision`, with which all of them were made.
        vectors: `content_hash` to vector; at least one.
    """
    held = np.stack(list(vectors.values())).astype(np.float32)
    rows = pa.FixedSizeListArray.from_arrays(pa.array(held.ravel()), held.shape[1])
    table = pa.table({"content_hash": list(vectors), "embedding": rows}).replace_schema_metadata(
        {_MODEL: model}
    )
    filesystem, folder = fs.FileSystem.from_uri(url)
    filesystem.create_dir(folder, recursive=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}.parquet"
    unfinished = f"{folder}/{_UNFINISHED}{name}"
    pq.write_table(table, unfinished, filesystem=filesystem, compression="zstd", write_page_checksum=True)
    filesystem.move(unfinished, f"{folder}/{name}")
    return f"{url}/{name}"


def read_vectors(url: str, identity: str, hashes: Collection[str]) -> dict[str, dict[str, Vector]]:
    """Return what is kept of some content, by `identity@revision`.

    Args:
        url: The model's folder.
        identity: The embedding model without its revision; a part of another one is left out.
        hashes: Hashes of the content that is wanted.

    Returns:
        `identity@revision → content_hash → vector`. A part that is torn, or holds anything else, is told.
    """
    filesystem, folder = fs.FileSystem.from_uri(url)
    selector = fs.FileSelector(folder, allow_not_found=True)
    wanted, found = pa.array(list(hashes), pa.string()), dict[str, dict[str, Vector]]()
    for info in sorted(filesystem.get_file_info(selector), key=lambda info: info.path):
        if info.base_name.startswith(_UNFINISHED):
            continue
        try:
            model, vectors = _read_part(filesystem, info.path, wanted)
        except FileNotFoundError:
            continue  # Retention was faster.
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            log.warning("kept vectors can't be read, they are made again", part=info.path, error=str(error))
            continue
        if model.rpartition("@")[0] != identity:
            log.warning("kept vectors are of another model", part=info.path, model=model, wanted=identity)
            continue
        found.setdefault(model, {}).update(vectors)
    return found


def _read_part(filesystem: fs.FileSystem, path: str, wanted: pa.Array) -> tuple[str, dict[str, Vector]]:
    with pq.ParquetFile(path, filesystem=filesystem, page_checksum_verification=True) as file:
        model = (file.schema_arrow.metadata or {})[_MODEL].decode()
        table = file.read()
    is_wanted = pa.compute.is_in(table["content_hash"], wanted)
    table = table.filter(is_wanted).combine_chunks()
    rows: Any = table["embedding"].combine_chunks()
    held = rows.flatten().to_numpy().reshape(len(rows), rows.type.list_size)
    if not np.isfinite(held).all():
        raise ValueError("a vector holds what is no number")
    return model, dict(zip(table["content_hash"].to_pylist(), held, strict=True))


def delete_vectors(staging_url: str, before: datetime) -> list[str]:
    """Delete parts of all models that were written before a time, finished or not, and return their URLs.

    Args:
        staging_url: Of all staging.
        before: A part that is older than this is deleted.
    """
    root = f"{staging_url.rstrip('/')}/{_FOLDER}"
    filesystem, path = fs.FileSystem.from_uri(root)
    selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
    doomed = [
        info.path
        for info in filesystem.get_file_info(selector)
        if info.type == fs.FileType.File and info.mtime < before
    ]
    for part in doomed:
        filesystem.delete_file(part)
    return [f"{root}{part.removeprefix(path)}" for part in doomed]
