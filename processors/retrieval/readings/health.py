"""How a place is: one sentence first, then what is wrong there, or what shows that all is well."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from processors.retrieval.readings.incidents import is_open, order_incidents
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line, quote_seen
from processors.retrieval.readings.survey import Survey, cite_survey, say_looked_at
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.trouble import group_trouble, split_warnings
from processors.retrieval.readings.wrong import tell_warnings

if TYPE_CHECKING:
    from processors.retrieval.question.scope import Place

_MOST_SHOWN: Final = 5
# What people mean by a name before its parts.
_ROOTS: Final = (
    "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Node", "Pod", "Service",
    "PersistentVolumeClaim", "Namespace",
)  # fmt: skip
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "healthy": "{name} is healthy{why}, as of {as_of}",
        "unhealthy": "{name} is not healthy, as of {as_of}:",
        "replicas": ": {ready} of {desired} replicas are ready",
        "looked": ": nothing is wrong in {looked}",
        "deleted": "{name} is gone, as of {as_of}",
        "zero": "{name} is scaled to zero, so nothing of it runs, as of {as_of}",
    },
    "ru": {
        "healthy": "{name} в порядке{why}, по состоянию на {as_of}",
        "unhealthy": "{name} не в порядке, по состоянию на {as_of}:",
        "replicas": ": готово реплик {ready} из {desired}",
        "looked": ": просмотрено {looked}, ничего плохого нет",
        "deleted": "{name} больше нет, по состоянию на {as_of}",
        "zero": "{name} уменьшен до нуля реплик и не работает, по состоянию на {as_of}",
    },
}


def find_states(places: Sequence["Place"], found: Sequence[Seen]) -> list[Seen]:
    """Return the states of the very objects that a question names, what people mean first.

    Args:
        places: As the question names them.
        found: What was observed of them.
    """
    names = {place.name.lower() for place in places if place.kind not in ("namespace", "cluster")}
    states = [one for one in found if one.kind == "k8s_state" and _name_object(one)[1].lower() in names]
    return sorted(states, key=_rank)


def _name_object(seen: Seen) -> tuple[str, str]:
    kind, _, rest = seen.hit["title"].partition(" ")
    return kind, rest.partition(" ")[0]


def _rank(seen: Seen) -> tuple[bool, int, float]:
    kind = _name_object(seen)[0]
    place = _ROOTS.index(kind) if kind in _ROOTS else len(_ROOTS)
    return "deleted" in seen.labels, place, -seen.observed.timestamp()


def keep_own(places: Sequence["Place"], trouble: Iterable[Seen]) -> list[Seen]:
    """Return the trouble of the places themselves: that of a pod is none of the node that it runs on.

    Args:
        places: As the question names them.
        trouble: What is wrong of all that has to do with them.
    """
    nodes = [place.name.lower() for place in places if place.kind == "node"]
    if not nodes:
        return list(trouble)
    return [
        one
        for one in trouble
        if not one.kind.startswith("k8s") or any(name in one.hit["title"].lower().split() for name in nodes)
    ]


def tell_health(
    states: Sequence[Seen],
    trouble: Sequence[Seen],
    survey: Survey,
    telling: Telling,
) -> Reading:
    """Return how a place is.

    Args:
        states: Of the very objects that are asked about, from `find_states`.
        trouble: What is wrong there, open incidents among it.
        survey: What was looked at there.
        telling: How it is worded.
    """
    words, as_of = _WORDS[telling.language], telling.as_of(survey)
    trouble, warnings = split_warnings(trouble)
    name = states[0].hit["title"] if states else telling.place[:1].upper() + telling.place[1:]
    if trouble:
        incidents = order_incidents(one for one in trouble if is_open(one))
        groups = group_trouble(one for one in trouble if not is_open(one))
        shown = [*incidents, *(one for group in groups for one in group[:2])][:_MOST_SHOWN]
        verdict = Line(words["unhealthy"].format(name=name, as_of=as_of), (shown[0].key,), role="verdict")
        return make_reading([verdict, *(_show(one) for one in shown)], list_hits(trouble))
    if not states:
        why = words["looked"].format(looked=say_looked_at(survey, telling.language))
        told = words["healthy"].format(name=name, why=why, as_of=as_of)
        verdict = Line(f"{told}.", cite_survey(survey), role="verdict")
        lines = [verdict, *tell_warnings(warnings, telling.language)]
        return make_reading(lines, list_hits([*survey.newest, *warnings]))
    told = _judge(states[0], words).format(name=name, why=_say_replicas(states[0], words), as_of=as_of)
    verdict = Line(f"{told}.", (states[0].key,), role="verdict")
    lines = [quote_line(one, "point") for one in states[:_MOST_SHOWN]]
    lines += tell_warnings(warnings, telling.language)
    return make_reading([verdict, *lines], list_hits([*states, *warnings]))


def _show(seen: Seen) -> Line:
    if is_open(seen):
        return Line(seen.hit["title"], (seen.key,))
    return quote_line(seen)


def _judge(state: Seen, words: Mapping[str, str]) -> str:
    if "deleted" in state.labels:
        return words["deleted"]
    if state.labels.get("desired") == "0":
        return words["zero"]
    return words["healthy"]


def _say_replicas(state: Seen, words: Mapping[str, str]) -> str:
    ready, desired = state.labels.get("ready"), state.labels.get("desired")
    if ready is None or desired is None:
        return ""
    return words["replicas"].format(ready=ready, desired=desired)


def tell_fine(
    states: Sequence[Seen],
    survey: Survey,
    past: Sequence[Seen],
    telling: Telling,
) -> Reading:
    """Return that a place of which somebody asks why it is in trouble is in none, and what was before.

    Args:
        states: Of the very objects that are asked about.
        survey: What was looked at there.
        past: Incidents there that are over.
        telling: How it is worded.
    """
    fine = tell_health(states, [], survey, telling)
    lines = [Line("", (one.key,), quote=quote_seen(one), role="point") for one in order_incidents(past)[:1]]
    return make_reading([*fine.lines, *lines], [*fine.hits, *list_hits(past)])
