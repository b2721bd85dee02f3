"""A sentence-transformers folder, read and compiled: from texts to tokens, and from these to vectors."""

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
from serving.model_server.worker import Infer, Read, Tokens, Vectors

_ANY: Final = [-1, -1]


def open_folder(folder: Path, form: Form, threads: int = 0) -> tuple[Read, Infer]:
    """Read and compile a model: from texts to their tokens, and from these to vectors, by one thread only.

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

    def read(texts: Sequence[str]) -> list[Tokens]:
        return [text.ids for text in tokenizer.encode_batch_fast(texts)]

    def infer(texts: Sequence[Tokens]) -> Vectors:
        lengths = np.array([len(text) for text in texts])
        is_text = np.arange(lengths.max()) < lengths[:, np.newaxis]
        # Which token fills up is all one: the mask hides it.
        tokens = np.zeros(is_text.shape, dtype=np.int64)
        tokens[is_text] = np.concatenate(texts)
        vectors: Vectors = request.infer([tokens, is_text.astype(np.int64)], share_inputs=True)[0]
        return vectors

    return read, infer


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
    """Return the tokenizer, which cuts texts to what the model reads."""
    # A few texts at a time are not worth threads, which would take the cores from the model.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    told = {
        **_read_json(folder / "tokenizer_config.json"),
        **_read_json(folder / "sentence_bert_config.json"),
    }
    tokenizer.enable_truncation(told.get("max_seq_length") or told["model_max_length"])
    # The packaged file fills texts up to a length of its own.
    tokenizer.no_padding()
    return tokenizer


def _read_json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content
