"""An encoder that somebody exported to OpenVINO, as a part of our graph."""

from pathlib import Path
from typing import Final

from openvino import Core, Node
from openvino import opset13 as ops

EXPORT: Final = "openvino/openvino_model.xml"
"""Where a sentence-transformers folder holds it, if it was published with one."""


def read_encoder(folder: Path, ids: Node, mask: Node) -> Node:
    """Return the states of the last layer, `(texts, tokens, hidden)`.

    Args:
        folder: Holds the export.
        ids: Numbers of the tokens, `(texts, tokens)`.
        mask: 1 for a token, 0 for what only fills a shorter text up.

    Raises:
        KeyError: If the network asks for something else, too.
    """
    network = Core().read_model(folder / EXPORT)
    # A text that stands alone is of the first type.
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ops.multiply(ids, [0])}
    for parameter in network.get_parameters():
        parameter.output(0).replace(given[parameter.get_friendly_name()].output(0))
    states: Node = network.get_results()[0].input_value(0)
    return states
