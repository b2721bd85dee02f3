"""What is said where nothing is there: that a place isn't known, or that nothing was seen of it in a time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from processors.retrieval.readings.places import find_nearest_names, name_places
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.survey import Survey, say_looked_at
from processors.retrieval.readings.telling import Telling

if TYPE_CHECKING:
    from processors.retrieval.question.scope import Place

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "unknown": "Nothing is recorded of {place}: looked at {looked}, as of {as_of}.",
        "nearest": "The nearest names are: {names}.",
        "unseen": "Nothing was seen of {place} {when}: looked at {looked}, as of {as_of}.",
        "newest": "The newest that is known of it, of {at}:",
    },
    "ru": {
        "unknown": "О {place} ничего не записано: просмотрено {looked}; по состоянию на {as_of}.",
        "nearest": "Ближайшие имена: {names}.",
        "unseen": "О {place} {when} ничего не записано: просмотрено {looked}; по состоянию на {as_of}.",
        "newest": "Последнее, что об этом известно, от {at}:",
    },
}


def read_names(response: Mapping[str, Any]) -> list[str]:
    """Return the known names in the response to `build_names_query`: services, namespaces, objects alike."""
    told = response.get("aggregations", {})
    named = [
        bucket["key"]
        for field in ("service", "namespace")
        for bucket in told.get(field, {}).get("buckets", [])
    ]
    titles = [str(hit["_source"].get("title", "")).split(" ") for hit in response["hits"]["hits"]]
    return [*named, *(words[1] for words in titles if len(words) > 1 and words[0].isalpha())]


def tell_unknown(
    places: Sequence["Place"], known: Sequence[str], survey: Survey, telling: Telling
) -> Reading:
    """Return that places aren't known, with the names that may be meant.

    Args:
        places: As the question names them.
        known: Names of services, namespaces and objects.
        survey: What was looked at, wherever it is.
        telling: How it is worded.
    """
    words = _WORDS[telling.language]
    told = words["unknown"].format(
        place=name_places(places, telling.language, is_about=True),
        looked=say_looked_at(survey, telling.language),
        as_of=telling.as_of(survey),
    )
    lines = [Line(told, (), role="verdict")]
    names = [name for place in places for name in find_nearest_names(place.name, known)]
    if names:
        lines.append(Line(words["nearest"].format(names=", ".join(dict.fromkeys(names))), (), role="verdict"))
    return make_reading(lines, (), is_empty=True)


def tell_unseen(
    places: Sequence["Place"],
    survey: Survey,
    newest: Seen | None,
    telling: Telling,
) -> Reading:
    """Return that nothing was seen of a place in a time, with the newest that is known of it.

    Args:
        places: As the question names them.
        survey: What was looked at, wherever it is.
        newest: The newest of the place, of any time.
        telling: How it is worded.
    """
    words = _WORDS[telling.language]
    told = words["unseen"].format(
        place=name_places(places, telling.language, is_about=True),
        when=telling.when,
        looked=say_looked_at(survey, telling.language),
        as_of=telling.as_of(survey),
    )
    lines = [Line(told, (), role="verdict")]
    if newest:
        head = words["newest"].format(at=telling.at(newest.observed))
        lines.append(Line(head, (newest.key,), role="verdict"))
        lines.append(Line("", (newest.key,), quote=quote_seen(newest), role="point"))
    return make_reading(lines, list_hits([newest] if newest else []), is_empty=True)
