"""Log templates by Drain, in a form whose state can be written down and taken up exactly.

Drain: He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017. The
library keeps a tree whose shape depends on the order of the lines; a state is therefore the tree itself, not
the list of its templates.
"""

import re
from itertools import islice
from typing import Any, Final

from drain3.drain import Drain, LogCluster, Node

MAX_PATTERNS: Final = 1_000
"""Patterns of one service and partition; with one more, the half that was seen least is forgotten."""

VARIABLE: Final = "<*>"
_MASKS: Final = re.compile(
    r"(?P<TIME>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d|"
    r"(?<![\d:])\d\d:\d\d:\d\d(?:[.,]\d+)?)"
    r"|(?P<ADDRESS>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b)"
    r"|(?P<UUID>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    r"|(?P<HEX>\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b)"
    r"|(?P<NUM>(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]))"
)
_WORDS: Final = re.compile(r"[^\s\"'`,;=()\[\]{}<>|]+")
# A duration, a size, a small number, a time of day: true of the line, but nobody asks for it.
_MEASURE: Final = re.compile(
    r"[-+]?\d{1,3}|[-+]?\d+\.\d+|[-+]?\d+(?:\.\d+)?[a-zA-Zµ%]{1,3}"
    r"|(?:\d{4}-\d\d-\d\d)?T?(?:\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_TOKENS: Final = 400


def mask_variables(message: str) -> str:
    """Return a line with its times, addresses, identifiers and numbers replaced by what they are.

    Example:
        >>> mask_variables("GET /orders/17 from 10.0.0.7 took 12.5 ms")
        'GET /orders/<NUM> from <ADDRESS> took <NUM> ms'
    """
    return _MASKS.sub(lambda match: f"<{match.lastgroup}>", message)


def mine_line(miner: Drain, masked: str) -> tuple[int, str, bool]:
    """Find or make the pattern of a masked line.

    Returns:
        The pattern's number, its template now, and whether it was never seen before.
    """
    words = " ".join(masked.split()[:_TOKENS])
    cluster, change = miner.add_log_message(words)
    return cluster.cluster_id, cluster.get_template(), change == "cluster_created"


def find_values(message: str, masked: str, template: str) -> list[str]:
    """Return the words of a line that vary within its pattern and that somebody might look for.

    Args:
        message: The line.
        masked: The same line with its variables masked; it has the same number of words.
        template: The template of its pattern.

    Example:
        >>> line = "user bob-17 bought order 100042 in 12 ms"
        >>> find_values(line, mask_variables(line), "user <*> bought order <NUM> in <NUM> ms")
        ['bob-17', '100042']
    """
    words = zip(message.split(), masked.split(), template.split(), strict=False)
    varying = (word for word, kind, held in words if word != kind or held == VARIABLE)
    pieces = (piece.strip(".:") for word in varying for piece in _WORDS.findall(word))
    return [piece for piece in pieces if len(piece) > 2 and not _MEASURE.fullmatch(piece)]


def make_miner() -> Drain:
    """Return a miner that has seen nothing."""
    return Drain(depth=4, sim_th=0.4, max_children=100, param_str=VARIABLE)


def shrink_miner(miner: Drain) -> Drain:
    """Return the miner, or, when it holds too many patterns, a new one with the half that was seen most."""
    if len(miner.id_to_cluster) <= MAX_PATTERNS:
        return miner
    smaller = make_miner()
    smaller.clusters_counter = miner.clusters_counter
    by_size = sorted(miner.clusters, key=lambda cluster: (-cluster.size, cluster.cluster_id))
    for cluster in islice(by_size, MAX_PATTERNS // 2):
        smaller.id_to_cluster[cluster.cluster_id] = cluster
        smaller.add_seq_to_prefix_tree(smaller.root_node, cluster)
    return smaller


def dump_miner(miner: Drain) -> dict[str, Any]:
    """Return all that a miner knows as a JSON object.

    Example:
        >>> miner = make_miner()
        >>> mine_line(miner, "ready in <NUM> ms")
        (1, 'ready in <NUM> ms', True)
        >>> mine_line(load_miner(dump_miner(miner)), "ready in <NUM> ms")
        (1, 'ready in <NUM> ms', False)
    """
    clusters = [[c.cluster_id, c.size, " ".join(c.log_template_tokens)] for c in miner.clusters]
    return {"count": miner.clusters_counter, "clusters": clusters, "tree": _dump_node(miner.root_node)}


def _dump_node(node: Node) -> list[Any]:
    return [node.cluster_ids, {token: _dump_node(child) for token, child in node.key_to_child_node.items()}]


def load_miner(state: dict[str, Any]) -> Drain:
    """Return the miner that `dump_miner` wrote down."""
    miner = make_miner()
    miner.clusters_counter = state["count"]
    for number, size, template in state["clusters"]:
        cluster = LogCluster(template.split(), number)
        cluster.size = size
        miner.id_to_cluster[number] = cluster
    miner.root_node = _load_node(state["tree"])
    return miner


def _load_node(state: list[Any]) -> Node:
    node = Node()
    node.cluster_ids = list(state[0])
    node.key_to_child_node = {token: _load_node(child) for token, child in state[1].items()}
    return node
