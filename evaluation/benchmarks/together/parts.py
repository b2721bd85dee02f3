"""The benchmarks that `make bench` knows: how each is run there, how long it takes, why some are not run."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Part(NamedTuple):
    """A benchmark.

    Attributes:
        name: Of its target, without `bench-`.
        module: Below `evaluation.benchmarks`.
        seconds: That it takes on two cores.
        arguments: That make it short enough.
        apart: Why it is not run unless it is asked for.
        environment: That it needs, and that is fetched by its target alone; empty: the platform's.
        own_stack: It starts a stack of its own, so it is run by its target alone.
    """

    name: str
    module: str
    seconds: int
    arguments: tuple[str, ...] = ()
    apart: str = ""
    environment: str = ""
    own_stack: bool = False


PARTS: Final = (
    Part("service", "service", 60),
    Part("cache", "cache", 60),
    Part("swaps", "swaps", 40, ("--commands", "5", "--dag-runs", "2")),
    Part("freshness", "freshness", 120, ("--rates", "50", "--seconds", "60")),
    Part("embedding", "embedding", 60, ("--rounds", "2"), environment="sentence-transformers"),
    Part("peers", "peers", 180, environment="peers"),
    Part("logs", "logs", 20),
    Part("diagnosis", "diagnosis", 40, ("--seeds", "1")),
    Part("procedures", "procedures", 60),
    Part("actions", "actions", 90, ("--rounds", "5")),
    Part("anomalies", "anomalies", 60, apart="its figures don't depend on the machine"),
    Part("redaction", "redaction", 60, apart="most of it doesn't depend on the machine"),
    Part("oncall", "oncall", 120, apart="it takes minutes"),
    Part("alerts", "alerts", 300, apart="it takes minutes"),
    Part("chat", "chat", 360, apart="it takes minutes"),
    Part("neural", "neural_search", 60, apart="it needs RUNLORE_NEURAL_SEARCH=on"),
    Part("shadow", "shadow", 60, apart="it needs RUNLORE_SHADOW_SHARE and a second version"),
    Part("rebuild", "rebuild", 600, ("--lines", "200000"), apart="it takes minutes"),
    Part("rebuild-live", "rebuild.live", 900, ("--lines", "200000"), apart="its lines stay in the stack"),
    Part("embedders", "embedders", 1800, apart="it takes half an hour"),
    Part("llm", "llm", 600, apart="it needs a language model"),
    Part("scale", "scale", 2700, apart="it takes three quarters of an hour"),
    Part("diagnosis-api", "diagnosis.real", 900, apart="it builds Kubernetes"),
    Part("quality", "quality", 1200, apart="it has a stack of its own", own_stack=True),
)


def choose_parts(only: Sequence[str], *, everything: bool) -> tuple[list[Part], list[Part]]:
    """Return the parts that are run and those that are not.

    Args:
        only: Names of those that are run; none: those that are not apart.
        everything: Run all that need no stack of their own.

    Raises:
        ValueError: There is no part of a name, or it can't be run here.

    Example:
        >>> [part.name for part in choose_parts(["logs"], everything=False)[0]]
        ['logs']
    """
    known = {part.name: part for part in PARTS}
    for name in only:
        if name not in known:
            raise ValueError(f"there is no benchmark {name!r}; there are {', '.join(known)}")
        if known[name].own_stack:
            raise ValueError(f"{name} has a stack of its own: make bench-{name}")
    chosen = [
        part
        for part in PARTS
        if (part.name in only if only else not part.own_stack and (everything or not part.apart))
    ]
    return chosen, [part for part in PARTS if part not in chosen]
