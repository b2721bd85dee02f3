"""The places that a question is about: namespaces, services, pods, nodes and others that it names."""

from typing import Literal, NamedTuple

PlaceKind = Literal[
    "namespace", "service", "pod", "node", "deployment", "run", "model", "cluster", "dag", "job", "name"
]


class Place(NamedTuple):
    """A place that a question names.

    Of a "name" only the index knows what it is. One that is not `sure` may be an ordinary word ("the
    gateway"): it is a place if the index knows it, and else none.
    """

    kind: PlaceKind
    name: str
    sure: bool = True


class Scope(NamedTuple):
    """All places that a question names, in its order; without any, it is about everything.

    A scope chooses among what was observed, and never among documents.
    """

    places: tuple[Place, ...] = ()

    def names_of(self, kind: PlaceKind) -> tuple[str, ...]:
        """Return the names of the places of a kind.

        Example:
            >>> Scope((Place("namespace", "shop"), Place("name", "checkout"))).names_of("namespace")
            ('shop',)
        """
        return tuple(place.name for place in self.places if place.kind == kind)
