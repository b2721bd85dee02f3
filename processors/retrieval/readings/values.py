"""A metric's value by its words: the newest figure with its unit, what is usual, its course and PromQL."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from processors.retrieval.glossary import translate_terms
from processors.retrieval.readings.places import lies_in
from processors.retrieval.readings.reading import Language, Line, Reading, Role, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line
from processors.retrieval.readings.telling import Telling

if TYPE_CHECKING:
    from processors.retrieval.question.scope import Place

_MOST_SHOWN: Final = 5
_TOKEN: Final = re.compile(r"[a-z0-9]+|[а-яё]+")
_STEM: Final = 5
# Words for what is measured, with what metrics call it.
_SYNONYMS: Final = {
    "memory": ("memory", "mem", "heap", "rss", "resident"),
    "ram": ("memory", "mem", "heap", "rss", "resident"),
    "cpu": ("cpu", "processor", "load"),
    "load": ("load", "cpu", "utilisation", "utilization"),
    "loaded": ("load", "cpu", "utilisation", "utilization"),
    "busy": ("load", "cpu", "utilisation", "utilization"),
    "disk": ("disk", "filesystem", "fs", "storage", "size", "space"),
    "space": ("disk", "filesystem", "fs", "storage", "space"),
    "lag": ("lag", "behind", "delay"),
    "behind": ("lag", "behind", "delay"),
    "lagging": ("lag", "behind", "delay"),
    "response": ("latency", "duration", "seconds", "time"),
    "latency": ("latency", "duration", "seconds", "time", "slow"),
    "slow": ("latency", "duration", "seconds", "time"),
    "fast": ("latency", "duration", "seconds", "rate"),
    "traffic": ("requests", "bytes", "traffic", "rate"),
    "requests": ("requests", "request", "rate"),
    "rps": ("requests", "request", "rate"),
    "qps": ("requests", "queries", "rate"),
    "connections": ("connections", "clients", "connected"),
    "clients": ("clients", "connected", "connections"),
    "messages": ("messages", "lag", "backlog"),
    "queue": ("queue", "pending", "waiting", "queued", "lag", "backlog"),
    "backlog": ("queue", "pending", "waiting", "queued", "lag", "backlog"),
    "temperature": ("temperature", "temp", "celsius", "hot"),
    "temp": ("temperature", "temp", "celsius", "hot"),
    "hot": ("temperature", "temp", "celsius"),
    "errors": ("errors", "error", "failed", "failures"),
    "documents": ("documents", "docs", "chunks"),
}  # fmt: skip
_RUSSIAN: Final = {
    "памят": "memory", "озу": "memory", "процесс": "cpu", "цпу": "cpu", "диск": "disk", "мест": "disk",
    "лаг": "lag", "отста": "lag", "задерж": "latency", "медлен": "latency", "запрос": "requests",
    "трафик": "traffic", "соедин": "connections", "подключ": "connections", "очеред": "queue",
    "темпер": "temperature", "ошибк": "errors", "нагруз": "cpu", "докуме": "documents",
    "загру": "load", "клиент": "clients", "сообщен": "messages", "ответ": "response", "отклик": "response",
    "латентн": "latency",
}  # fmt: skip
_KNOWN: Final = frozenset(_SYNONYMS.values())
_EMPTY: Final = frozenset(
    [
        "how",
        "much",
        "many",
        "what",
        "is",
        "the",
        "are",
        "of",
        "does",
        "do",
        "use",
        "uses",
        "using",
        "used",
        "now",
        "right",
        "at",
        "current",
        "currently",
        "value",
        "has",
        "have",
        "in",
        "on",
        "for",
        "by",
        "to",
        "it",
        "its",
        "a",
        "an",
        "and",
        "my",
        "our",
        "take",
        "takes",
        "taking",
        "need",
        "full",
        "big",
        "large",
        "high",
        "low",
        "long",
        "us",
        "me",
        "being",
        "was",
        "were",
        "between",
        "from",
        "since",
        "last",
        "minutes",
        "hours",
        "hour",
        "minute",
        "utc",
        "there",
        "show",
        "tell",
        "get",
        "usage",
    ]
)
_HEAD: Final = re.compile(
    r"(?:: |; it is |; | is )(?P<value>[-\d.e+]+(?: [^\s;,:]+)?(?: a second)?) at "
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d) UTC"
)
_RATE: Final = re.compile(r"\bby (?P<value>[-\d.e+]+(?: [^\s;,:]+)? a second)")
_USUAL: Final = re.compile(
    r"\b(?:usually|before|up to then) (?P<usual>[^;(\n]+?)(?= \(anomaly|;|\.$|\.\s|$)", re.MULTILINE
)
_SUMMED: Final = {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40, "": 1.0}
_NO_SUM: Final = re.compile(r"quantile|ratio|percent|seconds|up\b|temperature", re.IGNORECASE)
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "value": "{title} is {value} at {when}{usual}",
        "usual": ", usually {usual}",
        "from": "between ",
        "to": " and ",
        "rate": ", growing by {rate}",
        "sum": "Together it is {sum} at {when}, in {count} series:",
        "nearest": "No metric{where} goes by these words; the nearest are:",
        "where": " of {place}",
    },
    "ru": {
        "value": "{title}: {value} ({when}){usual}",
        "usual": ", обычно {usual}",
        "from": "от ",
        "to": " до ",
        "rate": ", растёт на {rate}",
        "sum": "Вместе {sum} ({when}), рядов {count}:",
        "nearest": "Метрики с такими словами{where} нет; ближайшие:",
        "where": " ({place})",
    },
}


class Figure(NamedTuple):
    """What a window of a metric says: its newest value, when that was, and what is usual."""

    value: str
    at: datetime
    usual: str
    rate: str


def list_metric_words(question: str, places: Sequence["Place"]) -> list[tuple[str, ...]]:
    """Return the words that a question may call a metric by, each with those that metrics use for it.

    Args:
        question: In English or Russian.
        places: Whose names are no words of a metric.

    Example:
        >>> list_metric_words("How much memory does opensearch use?", [])
        [('memory', 'mem', 'heap', 'rss', 'resident'), ('opensearch',)]
        >>> list_metric_words("сколько памяти?", [])
        [('memory', 'mem', 'heap', 'rss', 'resident')]
    """
    names = {token for place in places for token in _TOKEN.findall(place.name.lower())}
    told: list[tuple[str, ...]] = []
    for token in _TOKEN.findall(question.lower()):
        if token in _EMPTY or token in names:
            continue
        russian = next((word for stem, word in _RUSSIAN.items() if token.startswith(stem)), "")
        word = russian or (token if token.isascii() else translate_terms(token).lower())
        if word and word not in _EMPTY:
            told.append(_SYNONYMS.get(word, (word,)))
    return list(dict.fromkeys(told))


def choose_series(
    words: Sequence[Collection[str]], places: Sequence["Place"], found: Iterable[Seen]
) -> tuple[list[Seen], list[Seen]]:
    """Return the newest windows of the series that fit the words, and those that come near, best first.

    Args:
        words: From `list_metric_words`.
        places: That the question names; a series of another doesn't fit.
        found: Windows of metrics.
    """
    newest: dict[str, Seen] = {}
    for one in sorted(found, key=lambda one: (-one.observed.timestamp(), one.key)):
        newest.setdefault(one.hit["doc_id"], one)
    of_places = [one for one in newest.values() if _is_of(places, one)]
    # A word that no series is called by only carries the question along.
    words = [forms for forms in words if forms in _KNOWN or any(_has_word(one, forms) for one in of_places)]
    weighed = [(_weigh(words, one), -len(one.hit["title"]), one) for one in of_places]
    ranked = sorted(weighed, key=lambda each: (-each[0], -each[1], each[2].key))
    best = ranked[0][0] if ranked else 0.0
    # What names a quantity must be there; of other words most.
    is_good = best >= 0.5 and all(_has_word(ranked[0][2], forms) for forms in words if forms in _KNOWN)
    fitting = [one for weight, _, one in ranked if is_good and weight == best]
    return fitting, [one for _, _, one in ranked if one not in fitting]


def _is_of(places: Sequence["Place"], seen: Seen) -> bool:
    if not places or lies_in(places, seen):
        return True
    narrow = [place for place in places if place.kind not in ("namespace", "cluster")]
    told = set(_TOKEN.findall(f"{seen.hit['title']} {seen.hit['cite'].get('query', '')}".lower()))
    return bool(narrow) and any(told.issuperset(_TOKEN.findall(place.name.lower())) for place in narrow)


def _weigh(words: Sequence[Collection[str]], seen: Seen) -> float:
    """Return the share of the words that a series is called by."""
    if not words:
        return 0.0
    title, query = _read_tokens(seen)
    held = sum(1.0 if _has(title, forms) else 0.75 if _has(query, forms) else 0.0 for forms in words)
    return round(held / len(words), 3)


def _read_tokens(seen: Seen) -> tuple[set[str], set[str]]:
    told = (seen.hit["title"], str(seen.hit["cite"].get("query", "")))
    title, query = (set(_TOKEN.findall(one.lower().replace("_", " "))) for one in told)
    return title, query


def _has_word(seen: Seen, forms: Collection[str]) -> bool:
    title, query = _read_tokens(seen)
    return _has(title | query, forms)


def names_quantity(words: Iterable[Collection[str]]) -> bool:
    """Tell whether one of the words names something that is measured.

    Example:
        >>> names_quantity(list_metric_words("latency of gateway", []))
        True
        >>> names_quantity(list_metric_words("owner of gateway", []))
        False
    """
    return any(forms in _KNOWN for forms in words)


def _has(tokens: Collection[str], forms: Collection[str]) -> bool:
    stems = {form[:_STEM] for form in forms}
    return any(token in forms or token[:_STEM] in stems for token in tokens)


def read_figure(seen: Seen) -> Figure | None:
    """Return the newest figure of a window, None if it has none.

    Example:
        >>> text = "Memory is as usual: 78 MiB at 2026-11-21 10:05 UTC, usually between 70 MiB and 80 MiB."
        >>> figure = read_figure(Seen({"text": text}, {}, "", "", "", ""))
        >>> figure.value, figure.usual
        ('78 MiB', 'between 70 MiB and 80 MiB')
    """
    head = seen.hit["text"].partition("\n")[0]
    found = [*_HEAD.finditer(head)]
    if not found:
        return None
    last = found[-1]
    usual, rate = _USUAL.search(head), _RATE.search(head)
    at = datetime.fromisoformat(f"{last['day']}T{last['time']}:00+00:00")
    return Figure(last["value"], at, usual["usual"] if usual else "", rate["value"] if rate else "")


def tell_value(fitting: Sequence[Seen], near: Sequence[Seen], telling: Telling) -> Reading | None:
    """Return the value of a metric, of several series their sum if they can be added, or what comes near.

    Args:
        fitting: The series that fit, best first.
        near: Those that come near.
        telling: How it is worded.
    """
    words = _WORDS[telling.language]
    told = [(one, figure) for one in fitting if (figure := read_figure(one))]
    if not told:
        shown = [*fitting, *near][:_MOST_SHOWN]
        if not shown:
            return None
        where = words["where"].format(place=telling.place) if telling.place else ""
        head = Line(words["nearest"].format(where=where), (shown[0].key,), role="verdict")
        return make_reading([head, *(quote_line(one) for one in shown)], list_hits(shown))
    lines: list[Line] = []
    if (total := _sum(told)) and len(told) > 1:
        when = telling.at(told[0][1].at)
        lead = words["sum"].format(sum=total, when=when, count=len(told))
        lines.append(Line(lead, tuple(one.key for one, _ in told), role="verdict"))
    role: Role = "verdict" if len(told) == 1 else "item"
    for one, figure in told[:_MOST_SHOWN]:
        lines.append(Line(_say(one, figure, telling), (one.key,), role=role))
    # That a value is unusual, and since when, is said by the first sentence of its window.
    lines += [quote_line(one, "point") for one, _ in told[:_MOST_SHOWN] if one.is_wrong]
    lines += _tell_course(told[0][0])
    return make_reading(lines, list_hits(one for one, _ in told))


def _say(seen: Seen, figure: Figure, telling: Telling) -> str:
    words = _WORDS[telling.language]
    told = figure.usual.replace("between ", words["from"]).replace(" and ", words["to"])
    usual = words["usual"].format(usual=told) if told and not figure.rate else ""
    rate = words["rate"].format(rate=figure.rate) if figure.rate else ""
    when = telling.at(figure.at)
    said = words["value"].format(
        title=seen.hit["title"], value=figure.value, when=when, usual=f"{rate}{usual}"
    )
    return f"{said}."


def _tell_course(seen: Seen) -> Iterable[Line]:
    """Yield how a series went, and the query that shows it."""
    for told in seen.hit["text"].splitlines()[1:]:
        if told.startswith(("From ", "PromQL: ")):
            yield Line("", (seen.key,), quote=told, role="point")


def _sum(told: Sequence[tuple[Seen, Figure]]) -> str:
    """Return the sum of the values of one query's series, empty if they can't be added."""
    queries = {str(one.hit["cite"].get("query", "")) for one, _ in told}
    parts = [figure.value.partition(" ") for _, figure in told]
    units = {unit for _, _, unit in parts}
    if len(queries) != 1 or not units <= _SUMMED.keys() or _NO_SUM.search(min(queries)):
        return ""
    if "" in units and len(units) > 1:
        return ""
    total = sum(float(number) * _SUMMED[unit] for number, _, unit in parts)
    if units == {""}:
        return f"{total:.4g}"
    unit = next((unit for unit in ("TiB", "GiB", "MiB", "KiB") if total >= _SUMMED[unit]), "B")
    return f"{total / _SUMMED[unit]:.3g} {unit}"
