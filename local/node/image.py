"""Images for the node: those of one program with nothing around it, and those that a Docker engine has."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path
from typing import IO

from local.containers.engine import Engine, make_environment, run_docker
from local.errors import StackError
from local.node.build import read_dns_version, read_metrics_version
from local.node.network import run_tool
from local.node.place import Node

PAUSE = "runlore/pause:1"
COREDNS = f"runlore/coredns:{read_dns_version()}"
METRICS_SERVER = f"runlore/metrics-server:{read_metrics_version()}"
# A user who owns nothing.
_USER = "65532:65532"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def import_program(node: Node, program: Path, name: str) -> None:
    """Make an image of a program that runs in pods, and give it to the node.

    Args:
        node: gets it.
        program: needs no library.
        name: of the image.

    Raises:
        StackError: if the node doesn't take it.
    """
    archive = node.folder / f"{program.name}.tar"
    pack_program(program, name, archive)
    with archive.open("rb") as file:
        _import(node, file, name)
    archive.unlink()


def import_from_engine(node: Node, engine: Engine, *images: str) -> None:
    """Give the node images that a Docker engine has, unless it has them.

    Raises:
        StackError: if the engine lacks one, or the node doesn't take them.
    """
    known = run_tool(*_talk(node), "list", "--quiet").split()
    ids = {image: run_docker(engine, "image", "inspect", "--format", "{{.Id}}", image) for image in images}
    if not (missing := [image for image in images if ids[image] not in known]):
        return
    save = [engine.client, "save", *missing]
    with subprocess.Popen(save, stdout=subprocess.PIPE, env=make_environment(engine)) as saving:
        _import(node, saving.stdout, ", ".join(missing))
    if saving.returncode:
        raise StackError(f"`{' '.join(save)}` ended with {saving.returncode}.")


def pack_program(program: Path, name: str, archive: Path) -> None:
    """Write an image whose only file is a program, in the form of `docker save`.

    Args:
        program: needs no library.
        name: of the image.
        archive: the file.
    """
    layer = archive.with_suffix(".layer")
    with tarfile.open(layer, "w") as tar:
        tar.add(program, program.name, filter=_as_root)
    with layer.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    config = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Entrypoint": [f"/{program.name}"], "User": _USER},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{content}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(archive, "w") as tar:
        tar.add(layer, "layer.tar")
        for file_name, part in (("config.json", config), ("manifest.json", manifest)):
            text = json.dumps(part).encode()
            entry = tarfile.TarInfo(file_name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    layer.unlink()


def _as_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755
    return entry


def _import(node: Node, source: IO[bytes] | None, what: str) -> None:
    done = subprocess.run([*_talk(node), "import", "-"], stdin=source, capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"The node didn't take {what}: {done.stderr.strip()}")


def _talk(node: Node) -> list[str]:
    return ["ctr", "--address", str(node.containerd), "--namespace", "k8s.io", "images"]
