"""Log templates by Drain, in a form whose state can be written down and taken up exactly.

Drain: He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017. The
library keeps a tree whose shape depends on the order of the lines; a state is therefore the tree itself, not
the list of its templates. Lines of different polarity (`polarity.py`) are kept apart: it is a line's first
token.
"""

from collections.abc import Sequence
from itertools import islice
from operator import eq
from typing import Any, Final

from drain3.drain import Drain, LogCluster, Node

from processors.knowledge.logs.polarity import find_polarity

MAX_PATTERNS: Final = 1_000
"""Patterns of one service and partition; with one more, the half that was seen least is forgotten."""

VARIABLE: Final = "<*>"
_TOKENS: Final = 400
_CHARACTERS: Final = 4_000


def mine_line(miner: Drain, masked: str) -> tuple[int, str, bool]:
    """Find or make the pattern of a masked line.

    Returns:
        The pattern's number, its template now, and whether it was never seen before.

    Example:
        >>> miner = make_miner()
        >>> [mine_line(miner, f"job {name} passed")[:2] for name in ("a", "b")]
        [(1, 'job a passed'), (1, 'job <*> passed')]
        >>> mine_line(miner, "job c failed")
        (2, 'job c failed', True)
    """
    looked_at = masked[:_CHARACTERS]
    words = looked_at.split(maxsplit=_TOKENS)[:_TOKENS]
    cluster, change = miner.add_log_message([find_polarity(looked_at), *words])
    return cluster.cluster_id, " ".join(cluster.log_template_tokens[1:]), change == "cluster_created"


def make_miner() -> Drain:
    """Return a miner that has seen nothing."""
    # One level deeper than published, for the polarity.
    miner = Drain(depth=5, sim_th=0.4, max_children=100, param_str=VARIABLE)
    miner.get_content_as_tokens = list
    miner.get_seq_distance = _compare
    return miner


def _compare(template: Sequence[str], words: Sequence[str], include_params: bool) -> tuple[float, int]:
    """Return how alike a template and a line are, as Drain does; their polarity must be the same."""
    if template[0] != words[0]:
        return 0.0, 0
    if len(template) == 1:
        return 1.0, 0
    variables = template.count(VARIABLE)
    alike = sum(map(eq, template, words)) - 1 + (variables if include_params else 0)
    return alike / (len(template) - 1), variables


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
