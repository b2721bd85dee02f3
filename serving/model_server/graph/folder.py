"""A sentence-transformers folder, read and compiled: a function from texts to vectors."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from openvino import Core, Model
from openvino import opset13 as ops
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from serving.model_server.graph.bert import FAMILY, build_encoder
from serving.model_server.graph.export import EXPORT, read_encoder
from serving.model_server.graph.modules import add_modules
from serving.model_server.graph.weights import Form, choose_place
from serving.model_server.worker import Infer, Vectors

_ANY: Final = [-1, -1]


def open_folder(folder: Path, form: Form, threads: int = 0) -> Infer:
    """Read and compile a model; what is returned may be called by one thread only.

    Args:
        folder: A sentence-transformers folder.
        form: How the weights are kept.
        threads: Of the computation; 0: as many as there are cores.

    Raises:
        ValueError: If it is a model that can't be built.
    """
    tokenizer = read_tokenizer(folder)
    options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if threads:
        # Bound to cores, as is usual, all processes of few threads on a machine would share the first ones.
        options |= {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
    compiled = Core().compile_model(build_model(folder, form), "CPU", options)
    request = compiled.create_infer_request()

    def infer(texts: Sequence[str]) -> tuple[Vectors, Sequence[int]]:
        read = tokenizer.encode_batch_fast(texts)
        mask = np.array([text.attention_mask for text in read])
        vectors = request.infer([np.array([text.ids for text in read]), mask], share_inputs=True)[0]
        return vectors, mask.sum(axis=1).tolist()

    return infer


def build_model(folder: Path, form: Form) -> Model:
    """Return the graph from tokens to vectors: of the weights, or of an export of what can't be built.

    Args:
        folder: A sentence-transformers folder.
        form: How the weights are kept.

    Raises:
        ValueError: If it is a model that can't be built.
    """
    config = _read_json(folder / "config.json")
    ids, mask = (ops.parameter(_ANY, np.int64, name=name) for name in ("input_ids", "attention_mask"))
    if config["model_type"] in FAMILY:
        weights = load_file(folder / "model.safetensors")
        states = build_encoder(config, weights, choose_place(form), ids, mask)
    elif (folder / EXPORT).is_file() and form == "float":
        states = read_encoder(folder, ids, mask)
    else:
        built = ", ".join(sorted(FAMILY))
        raise ValueError(
            f"its model_type is {config['model_type']!r}: {built} can be built, of others an export is read, "
            f"{EXPORT}, with RUNLORE_MODEL_WEIGHTS=float"
        )
    return Model([add_modules(folder, states, mask)], [ids, mask], folder.name)


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer, which cuts texts to what the model reads and fills them up to the longest."""
    # A few texts at a time are not worth threads, which would take the cores from the model.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    told = {
        **_read_json(folder / "tokenizer_config.json"),
        **_read_json(folder / "sentence_bert_config.json"),
    }
    tokenizer.enable_truncation(told.get("max_seq_length") or told["model_max_length"])
    # Which token fills up is all one: the mask hides it.
    tokenizer.enable_padding()
    return tokenizer


def _read_json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content
