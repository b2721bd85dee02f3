"""The encoder of BERT and its like as a graph: from the tokens of a text to a state of each."""

from dataclasses import dataclass, replace
from typing import Any, Final

from openvino import Node
from openvino import opset13 as ops

from serving.model_server.graph.weights import Place, Weights

_ROBERTAS: Final = frozenset({"roberta", "xlm-roberta", "camembert"})
FAMILY: Final = frozenset({"bert"}) | _ROBERTAS
"""Kinds of models, as `config.json` has them, that are this network."""


@dataclass(frozen=True)
class _Part:
    """A part of the network.

    Attributes:
        path: What the names of its weights begin with.
        weights: Of the whole network.
        place: Makes one a part of the graph.
        heads: Of its attention.
        epsilon: Added to a variance before anything is divided by it.
    """

    path: str
    weights: Weights
    place: Place
    heads: int
    epsilon: float

    def at(self, path: str) -> "_Part":
        return replace(self, path=f"{self.path}{path}.")

    def multiply(self, states: Node, name: str) -> Node:
        matrix = self.place(self.weights[f"{self.path}{name}.weight"])
        return ops.add(ops.matmul(states, matrix, False, True), self.weights[f"{self.path}{name}.bias"])

    def normalise(self, states: Node, name: str) -> Node:
        even = ops.mvn(states, [-1], True, self.epsilon, "inside_sqrt")
        scaled = ops.multiply(even, self.weights[f"{self.path}{name}.weight"])
        return ops.add(scaled, self.weights[f"{self.path}{name}.bias"])


def build_encoder(config: dict[str, Any], weights: Weights, place: Place, ids: Node, mask: Node) -> Node:
    """Return the states of the last layer, `(texts, tokens, hidden)`.

    Args:
        config: The folder's `config.json`.
        weights: The network's.
        place: Makes one a part of the graph.
        ids: Numbers of the tokens, `(texts, tokens)`.
        mask: 1 for a token, 0 for what only fills a shorter text up.

    Raises:
        KeyError: If a tensor is missing.
        ValueError: If it computes with another function than GELU.
    """
    if config["hidden_act"] != "gelu":
        raise ValueError(f"hidden_act {config['hidden_act']!r} can't be built, only 'gelu'")
    network = _Part("", weights, place, config["num_attention_heads"], config["layer_norm_eps"])
    seen = ops.unsqueeze(ops.convert(mask, "boolean"), [1, 2])
    # RoBERTa counts places from the one behind the filler's number.
    first = config["pad_token_id"] + 1 if config["model_type"] in _ROBERTAS else 0
    states = _embed(network.at("embeddings"), ids, first)
    for layer in range(config["num_hidden_layers"]):
        states = _run_layer(network.at(f"encoder.layer.{layer}"), states, seen)
    return states


def _embed(part: _Part, ids: Node, first: int) -> Node:
    words = part.place(part.weights[f"{part.path}word_embeddings.weight"])
    places = part.weights[f"{part.path}position_embeddings.weight"][first:]
    # A text that stands alone is of the first type.
    added = places + part.weights[f"{part.path}token_type_embeddings.weight"][0]
    count = ops.gather(ops.shape_of(ids), [1], 0)
    states = ops.add(ops.gather(words, ids, 0), ops.slice(added, [0], count, [1], [0]))
    return part.normalise(states, "LayerNorm")


def _run_layer(part: _Part, states: Node, seen: Node) -> Node:
    attended = part.multiply(_attend(part.at("attention.self"), states, seen), "attention.output.dense")
    states = part.normalise(ops.add(attended, states), "attention.output.LayerNorm")
    inner = ops.gelu(part.multiply(states, "intermediate.dense"), "erf")
    return part.normalise(ops.add(part.multiply(inner, "output.dense"), states), "output.LayerNorm")


def _attend(part: _Part, states: Node, seen: Node) -> Node:
    queries, keys, values = (
        ops.transpose(ops.reshape(part.multiply(states, name), [0, 0, part.heads, -1], True), [0, 2, 1, 3])
        for name in ("query", "key", "value")
    )
    attended = ops.scaled_dot_product_attention(queries, keys, values, seen)
    return ops.reshape(ops.transpose(attended, [0, 2, 1, 3]), [0, 0, -1], True)
