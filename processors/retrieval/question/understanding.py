"""What a question means, read once, by rules on its words: no model is asked, and nothing that is stored.

Everybody who has to know it asks `understand`: the service, the evaluation, the warming of the cache and the
extractive model. The rules are the modules beside this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

from processors.retrieval.language import find_language
from processors.retrieval.question.chat_style import read_plainly
from processors.retrieval.question.ellipsis import is_elliptical
from processors.retrieval.question.follow_ups import names_nothing, rewrite_follow_up
from processors.retrieval.question.kind import Kind
from processors.retrieval.question.kinds import find_kind, guess_kind, is_chat
from processors.retrieval.question.ordinals import find_ordinal
from processors.retrieval.question.places import find_scope, list_unusual
from processors.retrieval.question.route import Route
from processors.retrieval.question.routing import choose_route
from processors.retrieval.question.scope import Scope
from processors.retrieval.question.signature import Signature, sign_question
from processors.retrieval.question.time_phrases import find_window
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.question.veiling import veil_names
from processors.retrieval.question.words import list_words
from processors.retrieval.question.wrapping import unwrap

# What they name is their topic.
_WITHOUT_PLACES: Final[frozenset[Kind]] = frozenset({"meaning", "write", "platform", "chat"})


@dataclass(frozen=True)
class Understood:
    """What a question means."""

    asked: str
    """The question as it was asked."""
    bare: str
    """The question without what is said around it."""
    rewritten: str | None
    """A follow-up as a question that stands for itself, None if it does already or nothing says how."""
    is_elliptical: bool
    """Whether it can't be understood without what was asked before."""
    needs_titles: bool
    """Whether it goes on with questions that name nothing: only what was cited may say what it is about."""
    language: Literal["en", "ru"]
    """Of the question as it was asked."""
    route: Route
    window: TimeWindow | None
    """The time asked about; a time that is still to come is none."""
    names_time: bool
    """Whether it names any time, also one that is still to come."""
    without_time: str
    """`text` without the words that say the window."""
    kind: Kind
    """What sort of answer is wanted; a follow-up that says nothing of it wants what was wanted before."""
    scope: Scope
    """The places that it names, or that a follow-up goes on with. It chooses among what was observed only."""
    ordinal: int | None
    """Which of several it means, counted from 1, -1 the last: "the second one"."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that it names."""
        return self.scope.names_of("namespace")

    @property
    def text(self) -> str:
        """The question that stands for itself."""
        return self.rewritten or self.bare

    @property
    def is_guessed(self) -> bool:
        """Whether nothing in its words tells its kind."""
        return find_kind(_read_wording(self.without_time)) is None

    @property
    def words(self) -> list[list[str]]:
        """The words that tell what it is about, each with the forms to look for."""
        return list_words(self.text)

    @property
    def unusual(self) -> tuple[str, ...]:
        """The words that may be names of what it is about, although nothing beside them says so."""
        return list_unusual(self.without_time)

    @property
    def signature(self) -> Signature:
        """What a question in other words must have in common with it to ask the same."""
        return sign_question(self.text)


def understand(
    question: str,
    now: datetime,
    zone: tzinfo = UTC,
    *,
    before: Sequence[str] = (),
    titles: Sequence[str] = (),
    rewritten: str | None = None,
) -> Understood:
    """Return what a question means.

    Args:
        question: In English or Russian, secrets masked.
        now: The time of the question, with a time zone.
        zone: The zone of the one who asks.
        before: What the same person asked before in the conversation, oldest first. Answers are not among
            it, for they may quote a document.
        titles: Of what the last answer cited, for a question that `needs_titles`.
        rewritten: The question as somebody else made it stand for itself; the rules leave it so.

    Example:
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> first = understand("What happened in namespace shop yesterday?", now)
        >>> first.without_time, first.window.begin.isoformat(), first.namespaces, first.route.name
        ('What happened in namespace shop?', '2026-11-20T00:00:00+00:00', ('shop',), 'rag')
        >>> understand("а почему?", now, before=[first.asked]).text
        'а почему? namespace shop yesterday'
    """
    is_talk = is_chat(read_plainly(question))
    bare = question if is_talk else unwrap(question)
    before = [unwrap(said) for said in before]
    elliptical = is_elliptical(bare) and not is_talk
    ordinal = find_ordinal(bare) if elliptical and before else None
    meant = _choose_titles(titles, ordinal)
    # What others have made whole says all by itself.
    said = [bare, *reversed(before)] if elliptical and rewritten is None else []
    if rewritten is None and elliptical:
        rewritten = rewrite_follow_up(bare, before, meant)
    text = rewritten or bare
    without_time, window, names_time = find_window(text, now, zone)
    kind = _choose_kind(said, without_time, now)
    route = choose_route(text, kind, names_time=window is not None)
    return Understood(
        asked=question,
        bare=bare,
        rewritten=rewritten,
        is_elliptical=elliptical,
        needs_titles=elliptical and bool(before) and (names_nothing(before) or ordinal is not None),
        language=find_language(question),
        route=route,
        window=window,
        names_time=names_time,
        without_time=without_time,
        kind=kind,
        scope=_choose_scope(
            [*said[:1], *meant, *said[1:]] if said else [without_time],
            is_taught=route.name == "cag" or kind in _WITHOUT_PLACES,
        ),
        ordinal=ordinal,
    )


def _choose_titles(titles: Sequence[str], ordinal: int | None) -> Sequence[str]:
    """Return the titles that a follow-up goes on with: that of the one it counts to, else as they are."""
    if ordinal is None:
        return titles
    at = ordinal - (ordinal > 0)
    return titles[at:][:1] if -len(titles) <= at < len(titles) else ()


def _choose_kind(said: Sequence[str], whole: str, now: datetime) -> Kind:
    """Return the kind that an elliptical question's own words tell, or the last one's before that tells any.

    Args:
        said: An elliptical question and those before it, the last one first; nothing of one that is whole.
        whole: The question that stands for itself, without the words of a time.
        now: The time of the question.
    """
    for question in said:
        if kind := find_kind(_read_wording(find_window(question, now).text)):
            return kind
    plain = _read_wording(whole)
    return find_kind(plain) or guess_kind(plain)


def _read_wording(question: str) -> str:
    """Return the words that tell a question's kind."""
    return read_plainly(veil_names(question))


def _choose_scope(said: Sequence[str], *, is_taught: bool) -> Scope:
    """Return the scope of the first that names any place."""
    scopes = (find_scope(text, is_taught=is_taught) for text in said)
    return next((scope for scope in scopes if scope.places), Scope())
