"""What a question means, read once, by rules on its words: no model is asked, and nothing that is stored.

Everybody who has to know it asks `understand`: the service, the evaluation, the warming of the cache and the
extractive model. The rules are the modules beside this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from processors.retrieval.language import find_language
from processors.retrieval.question.ellipsis import is_elliptical
from processors.retrieval.question.follow_ups import names_nothing, rewrite_follow_up
from processors.retrieval.question.namespaces import find_namespaces
from processors.retrieval.question.route import Route
from processors.retrieval.question.routing import choose_route
from processors.retrieval.question.signature import Signature, sign_question
from processors.retrieval.question.time_phrases import find_window
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.question.words import list_words


@dataclass(frozen=True)
class Understood:
    """What a question means."""

    asked: str
    """The question as it was asked."""
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
    namespaces: tuple[str, ...]
    """Those that it names."""

    @property
    def text(self) -> str:
        """The question that stands for itself."""
        return self.rewritten or self.asked

    @property
    def words(self) -> list[list[str]]:
        """The words that tell what it is about, each with the forms to look for."""
        return list_words(self.text)

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
    elliptical = is_elliptical(question)
    if rewritten is None and elliptical:
        rewritten = rewrite_follow_up(question, before, titles)
    text = rewritten or question
    without_time, window, names_time = find_window(text, now, zone)
    return Understood(
        asked=question,
        rewritten=rewritten,
        is_elliptical=elliptical,
        needs_titles=elliptical and bool(before) and names_nothing(before),
        language=find_language(question),
        route=choose_route(text, names_time=window is not None),
        window=window,
        names_time=names_time,
        without_time=without_time,
        namespaces=find_namespaces(text),
    )
