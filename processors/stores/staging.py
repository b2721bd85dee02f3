"""Staging: Parquet and manifests under a URL (file:// or s3://), a folder per run and stage."""

import json
import re
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs


def stage_url(staging_url: str, pipeline: str, run_id: str, stage: str) -> str:
    """Return the folder of one stage of one run.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        pipeline: Whose run it is.
        run_id: Airflow's.
        stage: Such as `light`.

    Example:
        >>> stage_url("file:///s", "rag", "manual__2026-11-21T07:00:00+00:00", "light")
        'file:///s/rag/manual__2026-11-21T07-00-00-00-00/light'
    """
    return "/".join((staging_url.rstrip("/"), pipeline, re.sub(r"[^\w.-]", "-", run_id), stage))


def write_table(url: str, name: str, table: pa.Table) -> str:
    """Write a table as `<url>/<name>.parquet`, replacing what a failed try left, and return its URL.

    Args:
        url: Of the stage.
        name: Of the file, without its ending.
        table: What is written.
    """
    target = f"{url}/{name}.parquet"
    filesystem, path = fs.FileSystem.from_uri(target)
    filesystem.create_dir(path.rpartition("/")[0], recursive=True)
    pq.write_table(table, path, filesystem=filesystem, compression="zstd")
    return target


def read_table(url: str) -> pa.Table:
    """Read one Parquet file, or every Parquet file of a folder, by URL.

    Raises:
        FileNotFoundError: Nothing is there.
    """
    filesystem, path = fs.FileSystem.from_uri(url)
    return pq.read_table(path, filesystem=filesystem)


def write_json(url: str, name: str, value: Any) -> str:
    """Write a JSON value, compressed, as `<url>/<name>.json.zst`, and return its URL.

    Args:
        url: Of the stage.
        name: Of the file, without its endings.
        value: What is written.
    """
    target = f"{url}/{name}.json.zst"
    filesystem, path = fs.FileSystem.from_uri(target)
    filesystem.create_dir(path.rpartition("/")[0], recursive=True)
    with filesystem.open_output_stream(path) as stream:
        stream.write(json.dumps(value).encode())
    return target


def read_json(url: str) -> Any:
    """Read what `write_json` wrote.

    Raises:
        FileNotFoundError: Nothing is there.
    """
    filesystem, path = fs.FileSystem.from_uri(url)
    with filesystem.open_input_stream(path) as stream:
        return json.loads(stream.read())


def read_bytes(url: str) -> bytes:
    """Read a file as it is.

    Raises:
        FileNotFoundError: Nothing is there.
        OSError: The file system failed.
    """
    filesystem, path = fs.FileSystem.from_uri(url)
    with filesystem.open_input_stream(path, compression=None) as stream:
        return bytes(stream.read())


def list_names(url: str, ending: str) -> list[str]:
    """Return the sorted names of a folder's files that end so; none if there is no such folder."""
    filesystem, path = fs.FileSystem.from_uri(url)
    found = filesystem.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return sorted(info.base_name for info in found if info.base_name.endswith(ending))


def move_file(url: str, target: str) -> None:
    """Give a file that is whole its name, in place of what had it: whoever reads finds one or the other."""
    filesystem, path = fs.FileSystem.from_uri(url)
    _, target_path = fs.FileSystem.from_uri(target)
    filesystem.create_dir(target_path.rpartition("/")[0], recursive=True)
    filesystem.move(path, target_path)


def is_present(url: str) -> bool:
    """Tell whether there is a file of that URL."""
    filesystem, path = fs.FileSystem.from_uri(url)
    return bool(filesystem.get_file_info(path).type == fs.FileType.File)


def write_manifest(url: str, manifest: dict[str, Any]) -> None:
    """Write `<url>/manifest.json`, which says exactly what the stage holds."""
    filesystem, path = fs.FileSystem.from_uri(f"{url}/manifest.json")
    filesystem.create_dir(path.rpartition("/")[0], recursive=True)
    with filesystem.open_output_stream(path) as stream:
        stream.write(json.dumps(manifest, indent=1, sort_keys=True).encode())


def read_manifest(url: str) -> dict[str, Any]:
    """Read the manifest of a stage.

    Raises:
        FileNotFoundError: The stage wrote none.
    """
    filesystem, path = fs.FileSystem.from_uri(f"{url}/manifest.json")
    with filesystem.open_input_stream(path) as stream:
        manifest: dict[str, Any] = json.loads(stream.read())
        return manifest


def list_stages(staging_url: str, pipeline: str, stage: str) -> list[str]:
    """Return the URLs of all finished stages of that name, oldest run first.

    A stage counts as finished when its manifest, which is written last, is there.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        pipeline: Whose runs they are.
        stage: Such as `light`.
    """
    root = f"{staging_url.rstrip('/')}/{pipeline}"
    filesystem, path = fs.FileSystem.from_uri(root)
    found = filesystem.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True))
    manifests = [info for info in found if info.path.endswith(f"/{stage}/manifest.json")]
    manifests.sort(key=lambda info: info.mtime)
    return [f"{root}{info.path.removeprefix(path).removesuffix('/manifest.json')}" for info in manifests]


def list_runs(staging_url: str, pipeline: str) -> list[tuple[str, datetime]]:
    """Return the folders of a pipeline's runs with the time of the newest file in each, oldest first."""
    root = f"{staging_url.rstrip('/')}/{pipeline}"
    filesystem, path = fs.FileSystem.from_uri(root)
    newest: dict[str, datetime] = {}
    for info in filesystem.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True)):
        run, _, file = info.path.removeprefix(path).lstrip("/").partition("/")
        if file and info.type == fs.FileType.File:
            newest[run] = max(info.mtime, newest.get(run, info.mtime))
    return sorted(((f"{root}/{run}", time) for run, time in newest.items()), key=lambda run: run[1])


def delete_run(run_url: str) -> None:
    """Delete the folder of a run."""
    filesystem, path = fs.FileSystem.from_uri(run_url)
    filesystem.delete_dir(path)
