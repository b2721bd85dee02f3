"""What sentence-transformers does behind an encoder: from the states of tokens to the vector of a text."""

import json
from pathlib import Path
from typing import Any, Final

from openvino import Node
from openvino import opset13 as ops
from safetensors.numpy import load_file

_LEAST: Final = 1e-24
_ACTIVATIONS: Final = {"Identity": lambda vectors: vectors, "Tanh": ops.tanh}


def add_modules(folder: Path, states: Node, mask: Node) -> Node:
    """Return the vectors, `(texts, dimension)`, of length 1.

    Args:
        folder: Its `modules.json` says what is done in which order.
        states: Of the encoder's last layer.
        mask: 1 for a token, 0 for what only fills a shorter text up.

    Raises:
        ValueError: If something is to be done that isn't known here.
    """
    vectors = states
    _, *modules = json.loads((folder / "modules.json").read_text())
    for module in modules:
        place, kind = folder / module["path"], module["type"].rpartition(".")[2]
        if kind == "Pooling":
            vectors = _pool(_read_config(place), vectors, mask)
        elif kind == "Dense":
            vectors = _apply_dense(_read_config(place), place, vectors)
        elif kind == "Normalize":
            vectors = _normalise(vectors)
        else:
            raise ValueError(
                f"{folder / 'modules.json'} has {kind!r}; Pooling, Dense and Normalize are known"
            )
    return _normalise(vectors)


def _read_config(place: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((place / "config.json").read_text())
    return config


def _pool(config: dict[str, Any], states: Node, mask: Node) -> Node:
    # Once there was a switch for each way, such as `pooling_mode_mean_tokens`.
    switches = [name for name, is_on in config.items() if name.startswith("pooling_mode_") and is_on]
    mode = config.get("pooling_mode") or " ".join(switches)
    if mode in ("mean", "pooling_mode_mean_tokens"):
        counted = ops.unsqueeze(ops.convert(mask, "f32"), [-1])
        return ops.divide(ops.reduce_sum(ops.multiply(states, counted), [1]), ops.reduce_sum(counted, [1]))
    if mode in ("cls", "pooling_mode_cls_token"):
        return ops.gather(states, 0, 1)
    raise ValueError(f"pooling by {mode!r} can't be built; mean and cls can")


def _apply_dense(config: dict[str, Any], place: Path, vectors: Node) -> Node:
    weights = load_file(place / "model.safetensors")
    product = ops.matmul(vectors, weights["linear.weight"], False, True)
    shifted = ops.add(product, weights["linear.bias"]) if config["bias"] else product
    return _ACTIVATIONS[config["activation_function"].rpartition(".")[2]](shifted)


def _normalise(vectors: Node) -> Node:
    return ops.normalize_l2(vectors, [1], _LEAST, "max")
