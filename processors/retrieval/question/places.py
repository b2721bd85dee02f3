"""The places that a question names, by words beside them and by their look."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from processors.retrieval.glossary import has_cyrillic
from processors.retrieval.question import place_patterns as patterns
from processors.retrieval.question.ellipsis import is_empty
from processors.retrieval.question.namespaces import find_namespaces
from processors.retrieval.question.place_names import (
    find_program,
    is_camel,
    is_ordinary,
    looks_like_node,
    looks_like_pod,
    looks_named,
)
from processors.retrieval.question.scope import Place, PlaceKind, Scope

_KINDS: Final[tuple[PlaceKind, ...]] = get_args(PlaceKind)
# Who pastes a whole log asks about the log.
_READ_CHARACTERS: Final = 1_000
_MOST: Final = 8
_PRONOUN: Final = re.compile(r"(?:every|any|some|no)(?:thing|body|one)", re.IGNORECASE)

# Where a name stands, and what it names.
_Found = tuple[tuple[int, int], Place]


def find_scope(question: str, *, is_taught: bool = False) -> Scope:
    """Return the places that a question names.

    Args:
        question: In English or Russian.
        is_taught: Whether it is answered by documents alone. Then it names its topic, and a place only where
            the words or the look leave no doubt.

    Example:
        >>> find_scope("Why is checkout down in namespace shop?").places
        (Place(kind='namespace', name='shop', sure=True), Place(kind='name', name='checkout', sure=True))
        >>> find_scope("Что с подом checkout-7d9f8c6b5-x2vqn?").places
        (Place(kind='pod', name='checkout-7d9f8c6b5-x2vqn', sure=True),)
        >>> find_scope("Why is the pod pending?").places
        ()
    """
    read = question[:_READ_CHARACTERS]
    found: list[_Found] = []
    steps = [_by_kubectl, _by_kind, _by_look]
    if not is_taught:
        steps += [_by_program, _by_quotes, _by_script if has_cyrillic(read) else _by_slot]
    for step in steps:
        for span, place in step(read):
            if not any(span[0] < end and start < span[1] for (start, end), _ in found):
                found.append((span, place))
    if is_taught:
        found = [(span, place) for span, place in found if place.sure and place.kind != "name"]
    named = [place for _, place in sorted(found, key=lambda one: one[0])]
    return _gather([*(Place("namespace", name) for name in find_namespaces(read)), *named])


def list_unusual(question: str) -> tuple[str, ...]:
    """Return the words of a question that are names if the index knows them.

    They are no words of its language, or stand where a name stands: somebody called a namespace "data".

    Example:
        >>> list_unusual("how's payment doing today?"), list_unusual("is everything fine in data?")
        (('payment',), ('data',))
        >>> list_unusual("is everything fine?"), list_unusual("все поды sessions живы?")
        ((), ('sessions',))
    """
    read = question[:_READ_CHARACTERS]
    places = {match.start("name") for slot in patterns.SURE_SLOTS for match in slot.finditer(read)}
    places |= {match.start("name") for match in patterns.NAME_THEN_KIND.finditer(read)}
    named = (
        match[0].lower()
        for match in patterns.LATIN.finditer(read)
        if not is_camel(match[0])
        and not (is_empty(match[0]) or _PRONOUN.fullmatch(match[0]))
        and (has_cyrillic(read) or match.start() in places or not is_ordinary(match[0]))
    )
    return tuple(dict.fromkeys(named))[:_MOST]


def _gather(places: list[Place]) -> Scope:
    """Keep each name once, as what says most of it."""
    best: dict[str, Place] = {}
    for place in places:
        key = place.name.lower()
        known = best.get(key)
        if known is None or (known.kind == "name", not known.sure) > (place.kind == "name", not place.sure):
            best[key] = place
    return Scope(tuple(best.values())[:_MOST])


def _by_kubectl(text: str) -> Iterator[_Found]:
    """Find "deployment/checkout" and "shop/checkout-7d9f8c6b5-x2vqn"."""
    for match in patterns.KUBECTL.finditer(text):
        yield match.span(), Place(_kind_of(match), match["name"].lower())
    for match in patterns.NAMESPACE_AND_NAME.finditer(text):
        name, is_pod = match["name"], looks_like_pod(match["name"])
        if is_pod or not (is_ordinary(match["namespace"]) or is_ordinary(name)):
            yield match.span("namespace"), Place("namespace", match["namespace"], is_pod)
            yield match.span("name"), Place("pod" if is_pod else "name", name, is_pod)


def _by_kind(text: str) -> Iterator[_Found]:
    """Find "pod checkout-0", "the checkout service", "сервис checkout"."""
    for pattern in (patterns.KIND_THEN_NAME, patterns.NAME_THEN_KIND):
        place = 0
        while match := pattern.search(text, place):
            # The next name may share a word with this one.
            place = match.start() + 1 if match.start("name") == match.start() else match.start("name")
            name, kind = match["name"], _kind_of(match)
            is_quoted = bool(match["open"] and match["shut"])
            is_plural = match[kind].lower().endswith(("s", "ы", "ов", "и")) and not looks_named(name)
            if is_quoted or not (is_plural or is_ordinary(name) or is_camel(name) or find_program(name)):
                is_sure = is_quoted or looks_named(name) or looks_like_pod(name) or has_cyrillic(match[0])
                yield match.span("name"), Place(kind, _write(name, kind), is_sure or bool(match["lead"]))


def _by_look(text: str) -> Iterator[_Found]:
    """Find pods and nodes by their look."""
    for match in patterns.TOKEN.finditer(text):
        # Where a sentence begins, a phone writes a capital.
        if looks_like_pod(match[0].lower()):
            yield match.span(), Place("pod", match[0].lower())
        elif looks_like_node(match[0]):
            yield match.span(), Place("node", match[0].lower())


def _by_program(text: str) -> Iterator[_Found]:
    for match in patterns.PROGRAM.finditer(text):
        if program := find_program(match[0]):
            yield match.span(), Place("name", program)


def _by_quotes(text: str) -> Iterator[_Found]:
    for match in patterns.QUOTED.finditer(text):
        if not is_ordinary(match["name"]) and not is_camel(match["name"]):
            yield match.span("name"), _name(match["name"])


def _by_slot(text: str) -> Iterator[_Found]:
    """Find English names without a word for their kind, by where they stand."""
    for slots, is_sure in ((patterns.SURE_SLOTS, True), (patterns.UNSURE_SLOTS, False)):
        for pattern in slots:
            for match in pattern.finditer(text):
                # "Is causing the errors" names nothing; "is billing down" may.
                is_verb = match["name"].endswith("ing") and patterns.OBJECT.match(text, match.end())
                if not is_verb and (is_sure or not match["name"].endswith("ing")):
                    yield from _read_slot(text, match, is_sure=is_sure)
    for match in patterns.TOKEN.finditer(text):
        if looks_named(match[0]):
            yield match.span(), _name(match[0])


def _read_slot(text: str, match: re.Match[str] | None, *, is_sure: bool) -> Iterator[_Found]:
    while match and not is_ordinary(match["name"]) and not is_camel(match["name"]):
        yield match.span("name"), _name(match["name"], is_sure=is_sure)
        match = patterns.NEXT_NAME.match(text, match.end("name"))


def _by_script(text: str) -> Iterator[_Found]:
    """Find names in a Russian question: what is written in Latin letters and no word of English."""
    words = list(patterns.LATIN.finditer(text))
    for n, match in enumerate(words):
        if is_ordinary(match[0]) or is_camel(match[0]):
            continue
        before = n > 0 and not text[words[n - 1].end() : match.start()].strip()
        after = n + 1 < len(words) and not text[match.end() : words[n + 1].start()].strip()
        yield match.span(), _name(match[0], is_sure=looks_named(match[0]) or not (before or after))


def _kind_of(match: re.Match[str]) -> PlaceKind:
    groups = match.groupdict()
    return next(kind for kind in _KINDS if kind != "name" and groups.get(kind))


def _name(word: str, *, is_sure: bool = True) -> Place:
    return Place("name", _write(word, "name"), is_sure)


def _write(word: str, kind: PlaceKind) -> str:
    """Return a name as Kubernetes writes it; others keep their capitals."""
    if kind in ("run", "model", "dag") or (kind == "name" and word[1:] != word[1:].lower()):
        return word
    return word.lower()
