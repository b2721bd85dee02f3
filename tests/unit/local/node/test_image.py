"""An image of one program is what a container runtime expects of `docker save`."""

import hashlib
import json
import tarfile
from pathlib import Path

from local.node.image import pack_program


def test_the_layer_holds_the_program_for_everybody_and_has_the_digest_that_is_said(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o700)
    pack_program(program, "runlore/pause:1", tmp_path / "pause.tar")
    with tarfile.open(tmp_path / "pause.tar") as image:
        (manifest,) = json.loads(read(image, "manifest.json"))
        config = json.loads(read(image, manifest["Config"]))
        layer = read(image, *manifest["Layers"])
    assert manifest["RepoTags"] == ["runlore/pause:1"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    assert config["config"]["User"] != "0"
    (tmp_path / "layer.tar").write_bytes(layer)
    with tarfile.open(tmp_path / "layer.tar") as files:
        (file,) = files.getmembers()
    assert [f"/{file.name}"] == config["config"]["Entrypoint"]
    assert (file.mode, file.uid) == (0o755, 0)
    assert {path.name for path in tmp_path.iterdir()} == {"pause", "pause.tar", "layer.tar"}


def read(image: tarfile.TarFile, name: str) -> bytes:
    file = image.extractfile(name)
    assert file
    return file.read()
