"""Files of back-ups under a URL (file:// or s3://): folders copied there and back, records as JSON."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import fs


class Copied(NamedTuple):
    """What was copied."""

    files: int
    bytes: int


def copy_folder(source_url: str, target_url: str, *, overwrite: bool = False) -> Copied:
    """Copy what lies under a URL to another one.

    A file that goes away meanwhile is left out: whoever deleted it needs it no more.

    Args:
        source_url: A folder; one that isn't there is empty.
        target_url: A folder; it is made.
        overwrite: Also copy files of which the target has one of that name.
    """
    source, source_path = fs.FileSystem.from_uri(source_url)
    target, target_path = fs.FileSystem.from_uri(target_url)
    there = set() if overwrite else _list_files(target, target_path).keys()
    found = {name: size for name, size in _list_files(source, source_path).items() if name not in there}
    target.create_dir(target_path, recursive=True)
    copied: list[int] = []
    for folder in sorted({name.rpartition("/")[0] for name in found}):
        target.create_dir(f"{target_path}/{folder}", recursive=True)
    for name, size in found.items():
        try:
            fs.copy_files(
                f"{source_path}/{name}", f"{target_path}/{name}",
                source_filesystem=source, destination_filesystem=target,
            )  # fmt: skip
        except FileNotFoundError:
            continue
        copied.append(size)
    return Copied(len(copied), sum(copied))


def _list_files(filesystem: fs.FileSystem, path: str) -> dict[str, int]:
    selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
    return {
        info.path.removeprefix(path).lstrip("/"): info.size
        for info in filesystem.get_file_info(selector)
        if info.type == fs.FileType.File
    }


def upload_file(file: Path, url: str) -> None:
    """Copy a local file to a URL."""
    target, path = fs.FileSystem.from_uri(url)
    target.create_dir(path.rpartition("/")[0], recursive=True)
    fs.copy_files(str(file), path, source_filesystem=fs.LocalFileSystem(), destination_filesystem=target)


def download_file(url: str, file: Path) -> None:
    """Copy what a URL names to a local file.

    Raises:
        FileNotFoundError: Nothing is there.
    """
    source, path = fs.FileSystem.from_uri(url)
    fs.copy_files(path, str(file), source_filesystem=source, destination_filesystem=fs.LocalFileSystem())


def list_folders(url: str) -> list[str]:
    """Return the names of the folders under a URL, in their order; none if it isn't there."""
    filesystem, path = fs.FileSystem.from_uri(url)
    found = filesystem.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return sorted(info.base_name for info in found if info.type == fs.FileType.Directory)


def delete_part(url: str, name: str) -> None:
    """Delete what `write_part` wrote; harmless to repeat."""
    filesystem, path = fs.FileSystem.from_uri(f"{url}/{name}.json")
    if filesystem.get_file_info(path).type == fs.FileType.File:
        filesystem.delete_file(path)


def delete_folder(url: str) -> None:
    """Delete a folder with all that is in it; harmless to repeat."""
    filesystem, path = fs.FileSystem.from_uri(url)
    if filesystem.get_file_info(path).type == fs.FileType.Directory:
        filesystem.delete_dir(path)


def write_part(url: str, name: str, value: Any) -> None:
    """Write `<url>/<name>.json`.

    Args:
        url: Of the back-up.
        name: Of the part.
        value: What is written.
    """
    filesystem, path = fs.FileSystem.from_uri(f"{url}/{name}.json")
    filesystem.create_dir(path.rpartition("/")[0], recursive=True)
    with filesystem.open_output_stream(path) as stream:
        stream.write(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode())


def read_part(url: str, name: str) -> Any:
    """Read what `write_part` wrote, None if there is nothing."""
    filesystem, path = fs.FileSystem.from_uri(f"{url}/{name}.json")
    try:
        with filesystem.open_input_stream(path) as stream:
            return json.loads(stream.read())
    except FileNotFoundError:
        return None
