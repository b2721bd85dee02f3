"""How many replicas run, of how many that should."""

from collections.abc import Sequence
from typing import Final

from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line
from processors.retrieval.readings.telling import Telling

_MOST_SHOWN: Final = 5
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "one": "{title}: {ready} of {desired} replicas are ready.",
        "all": "{ready} of {desired} replicas are ready, of {count} workloads.",
    },
    "ru": {
        "one": "{title}: готово реплик {ready} из {desired}.",
        "all": "Готово реплик {ready} из {desired}; нагрузок {count}.",
    },
}


def tell_replicas(states: Sequence[Seen], telling: Telling) -> Reading | None:
    """Return how many replicas are ready, None if no workload says how many it has.

    Args:
        states: Of workloads.
        telling: How it is worded.
    """
    told = [one for one in states if {"ready", "desired"} <= one.labels.keys()]
    if not told:
        return None
    ready, desired = (sum(int(one.labels[label]) for one in told) for label in ("ready", "desired"))
    words = _WORDS[telling.language]
    ordered = sorted(told, key=lambda one: (not one.is_wrong, one.hit["title"]))
    said = words["one" if len(told) == 1 else "all"].format(
        title=told[0].hit["title"], ready=ready, desired=desired, count=len(told)
    )
    verdict = Line(said, tuple(one.key for one in ordered[:_MOST_SHOWN]), role="verdict")
    return make_reading(
        [verdict, *(quote_line(one, "point") for one in ordered[:_MOST_SHOWN])], list_hits(ordered)
    )
