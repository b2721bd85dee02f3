"""A random walk from symptoms to causes: personalised PageRank over the relations of objects.

The walk begins at the symptoms, follows relations from what suffers to what it may suffer from, stays where
an object explains its trouble itself, and returns to the symptoms now and then. Where it is found most often
is where the trouble comes from. The method is that of MonitorRank (Kim, Sumbaly and Shah, "Root cause
detection in a service-oriented architecture", SIGMETRICS 2013: self-edges for nodes that explain more than
their neighbours) and of MicroRCA (Wu, Tordsson, Elmroth and Kao, "MicroRCA: root cause localization of
performance issues in microservices", NOMS 2020: personalised PageRank over an attributed graph of services
and hosts); the walk itself is of Page, Brin, Motwani and Winograd, "The PageRank citation ranking" (1999).
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import numpy as np

_RETURN: Final = 0.15
_ROUNDS: Final = 60
_ENOUGH: Final = 1e-9

Node = TypeVar("Node")


def rank_causes(
    strengths: Mapping[Node, float], links: Iterable[tuple[Node, Node, float]]
) -> dict[Node, float]:
    """Return how often the walk is found at each node, the most frequented at 1.

    Args:
        strengths: How far each node explains its own trouble, from 0 to 1: the weight of staying there. Each
            node is a symptom, and the walk begins at all of them alike.
        links: Effect, cause and weight of each relation between these nodes.

    Example:
        >>> ranks = rank_causes({"web": 0.3, "db": 0.9}, [("web", "db", 0.8)])
        >>> ranks["db"], ranks["web"] < 0.2
        (1.0, True)
    """
    places = {node: place for place, node in enumerate(strengths)}
    if not places:
        return {}
    effects, causes = list(range(len(places))), list(range(len(places)))
    weights = [max(strength, 0.01) for strength in strengths.values()]
    for effect, cause, weight in links:
        effects.append(places[effect])
        causes.append(places[cause])
        weights.append(weight)
    begin, end, share = np.array(effects), np.array(causes), np.array(weights)
    share = share / np.bincount(begin, weights=share)[begin]
    start = np.full(len(places), 1 / len(places))
    found = start
    for _ in range(_ROUNDS):
        before = found
        moved = np.bincount(end, weights=share * found[begin], minlength=len(places))
        found = _RETURN * start + (1 - _RETURN) * moved
        if np.abs(found - before).max() < _ENOUGH:
            break
    top = float(found.max())
    return {node: float(found[place]) / top for node, place in places.items()}
