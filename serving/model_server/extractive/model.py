"""The answering model: from a prompt to an answer, with vectors from the embedding worker."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from processors.retrieval.glossary import has_cyrillic, list_untranslated, translate_terms
from processors.retrieval.language import PHRASES, Phrases, find_language
from processors.retrieval.question.understanding import understand
from serving.model_server import metrics
from serving.model_server.extractive.compose import compose_answer
from serving.model_server.extractive.intent import LATER, find_intent
from serving.model_server.extractive.lexical import measure_coverage, split_words, weigh_words
from serving.model_server.extractive.observations import is_observation
from serving.model_server.extractive.pages import read_page
from serving.model_server.extractive.prompt import Prompt, parse_prompt
from serving.model_server.extractive.quote import quote_prose
from serving.model_server.extractive.score import embedding_text, score_units, weigh_question
from serving.model_server.extractive.select import select_units
from serving.model_server.extractive.units import Unit
from serving.model_server.worker import InferenceWorker, Priority, Vectors

Embed = Callable[[Sequence[str]], Awaitable[Vectors]]

_NEAREST: Final = 3
MAX_UNITS = 256
"""More units than this are narrowed down by their words before any is embedded."""


class TextForm(NamedTuple):
    """How the embedding model was trained to be given texts, and whether it reads Russian."""

    query_prefix: str = ""
    passage_prefix: str = ""
    reads_russian: bool = False


PLAIN: Final = TextForm()


async def answer_prompt(text: str, embed: Embed, form: TextForm = PLAIN) -> str:
    """Answer a prompt by quoting its sources.

    Args:
        text: The user's message with sources and question.
        embed: Gives the L2-normalised vectors `(n_texts, dim)` of texts.
        form: How the model of the vectors is given texts.

    Returns:
        The answer as Markdown; equal prompts get equal answers.
    """
    prompt = parse_prompt(text)
    phrases = PHRASES[find_language(prompt.question)]
    if not prompt.sources:
        return phrases.no_sources
    if prompt.reading and not prompt.is_partial:
        return f"{prompt.reading}\n\n{phrases.extractive}"
    if prompt.reading:
        return await _add_documents(prompt, phrases, embed, form)
    return await _quote_sources(prompt, phrases, embed, form)


async def _add_documents(prompt: Prompt, phrases: Phrases, embed: Embed, form: TextForm) -> str:
    """Return what was read from the sources, and behind it what documents say to the question."""
    written = tuple(source for source in prompt.sources if not is_observation(source))
    quoted = await _quote_sources(replace(prompt, sources=written), phrases, embed, form) if written else ""
    if not quoted or quoted.startswith(phrases.unknown):
        return f"{prompt.reading}\n\n{phrases.extractive}"
    return f"{prompt.reading}\n\n{phrases.advice}\n\n{quoted}"


async def _quote_sources(prompt: Prompt, phrases: Phrases, embed: Embed, form: TextForm) -> str:
    query = choose_query(prompt)
    pages = [read_page(source) for source in prompt.sources]
    units = narrow_units([unit for page in pages for unit in page.units], query)
    meant = prompt.whole or prompt.question if form.reads_russian else query
    if not units or not meant:
        return say_unknown(prompt, phrases)
    titles = [source.title or source.text[:80] or "-" for source in prompt.sources]
    passages = [*titles, *(embedding_text(unit) for unit in units)]
    vectors = await embed([form.query_prefix + meant, *(form.passage_prefix + one for one in passages)])
    intent = find_intent(prompt.question)
    first_unit = 1 + len(titles)
    weights = weigh_question(query, list_unknown(prompt, query), pages)
    scored = score_units(
        query, weights, intent, units, pages, vectors[0], vectors[first_unit:], vectors[1:first_unit]
    )
    selection = select_units(scored, intent, weights)
    if selection is None:
        return say_unknown(prompt, phrases)
    # A tab may be named in the words of the question, whatever the language of the sources.
    words = {*split_words(query), *split_words(prompt.question)}
    return compose_answer(selection, phrases, words, prompt.asked)


def say_unknown(prompt: Prompt, phrases: Phrases) -> str:
    """Return that nothing answers the question, and which sources are the nearest.

    Example:
        >>> from serving.model_server.extractive.prompt import Source
        >>> print(say_unknown(Prompt("Why?", (Source(1, "Disk", "doc", "", "Full."),)), PHRASES["en"]))
        I don't know: nothing in the sources that were found answers this question.
        <BLANKLINE>
        The nearest are:
        <BLANKLINE>
        - Disk [1]
    """
    titles = {source.title: source.n for source in reversed(prompt.sources) if source.title}
    nearest = sorted(titles.items(), key=lambda pair: pair[1])[:_NEAREST]
    if not nearest:
        return phrases.unknown
    listed = "\n".join(f"- {quote_prose(title)} [{n}]" for title, n in nearest)
    return f"{phrases.unknown}\n\n{phrases.nearest}\n\n{listed}"


def choose_query(prompt: Prompt) -> str:
    """Give the words to look for: the question, or its English terms where Russian ones can't be found.

    The words of a time that the sources were chosen by say nothing more about them.

    Example:
        >>> from serving.model_server.extractive.prompt import Source
        >>> source = Source(1, "Red cluster", "runbook", "", "The cluster is red.")
        >>> choose_query(Prompt("Почему кластер красный?", (source,)))
        'cluster red'
    """
    question = prompt.whole or prompt.question
    question = understand(question, LATER).without_time if prompt.asked else question
    # A follow-up in English may go on with a question in Russian.
    if not has_cyrillic(question):
        return question
    russian = any(find_language(source.text) == "ru" for source in prompt.sources)
    return question if russian else translate_terms(question)


def list_unknown(prompt: Prompt, query: str) -> list[str]:
    """Return the words of a question that were lost in its translation: the rest alone is not what is asked.

    Example:
        >>> list_unknown(Prompt("Кто написал «Мастера и Маргариту»?", ()), "master")
        ['напис', 'марга']
    """
    if has_cyrillic(query):
        return []
    return split_words(" ".join(list_untranslated(prompt.whole or prompt.question)))


def narrow_units(units: Sequence[Unit], query: str, most: int = MAX_UNITS) -> list[Unit]:
    """Keep the units that share most words with the query, in their order.

    Args:
        units: In the order of the sources.
        query: The question.
        most: How many are kept.
    """
    if len(units) <= most:
        return list(units)
    words = [split_words(unit.text) for unit in units]
    weights = weigh_words(split_words(query), words)
    best = sorted(range(len(units)), key=lambda at: (-measure_coverage(weights, words[at]), at))[:most]
    return [units[at] for at in sorted(best)]


def make_answer(
    worker: InferenceWorker, cache_entries: int, form: TextForm
) -> Callable[[str], Awaitable[str]]:
    """Build the answering function of the server: it keeps the vectors of units it has seen, and counts.

    Args:
        worker: Runs the embedding model.
        cache_entries: Most vectors that are kept; the least recently used go first.
        form: How its model is given texts.
    """
    cache: OrderedDict[bytes, Vectors] = OrderedDict()

    async def embed(texts: Sequence[str]) -> Vectors:
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in cache}
        known = {key: cache[key] for key in keys if key in cache}
        metrics.UNIT_CACHE.labels("hit").inc(len(keys) - len(missing))
        metrics.UNIT_CACHE.labels("miss").inc(len(missing))
        if missing:
            made = await worker.embed(list(missing.values()), Priority.ANSWER)
            known.update(zip(missing, made.vectors, strict=True))
        for key in keys:
            cache[key] = known[key]
            cache.move_to_end(key)
        while len(cache) > cache_entries:
            cache.popitem(last=False)
        return np.stack([known[key] for key in keys])

    async def answer(text: str) -> str:
        with metrics.ANSWER_SECONDS.time():
            given = await answer_prompt(text, embed, form)
        unknown = any(given.startswith((phrases.unknown, phrases.no_sources)) for phrases in PHRASES.values())
        metrics.ANSWERS.labels("unknown" if unknown else "quoted").inc()
        return given

    return answer
