"""`make bench-llm`: what a small language model costs here, and how much of what it writes is shown.

The model is asked through the `openai` client, streaming, as the service asks it: the golden questions with
the passages of our own runbooks that fit best by their words. What it writes is checked as the service
checks it, and withheld if it cites nothing. Times are of the clock and of the server's CPU.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import psutil
from openai import OpenAI

from evaluation.benchmarks.model_process import ModelProcess, run_model_server
from evaluation.benchmarks.procedures import cut_pages
from evaluation.benchmarks.rows import Row, compare_times, emit, leave_out, tell_load
from evaluation.benchmarks.small_search import read_words, score_words
from evaluation.queries.query_sets import read_golden, tell_language
from local.environments import find_environments
from local.models import LANGUAGE_MODELS, find_folder, find_packaged
from processors.knowledge.chunk import Chunk, embedding_text
from processors.knowledge.markdown.inert import defuse_stream
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import Hit, parse_hits
from processors.retrieval.language import find_language
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.numbering import number_citations
from serving.answering.packing import choose_sources, open_counter
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages
from serving.answering.withholding import read_if_cited

_RUNBOOKS: Final = Path(__file__).parents[2] / "docs/runbooks"
_SOURCE_TOKENS: Final = 800
_ANSWER_TOKENS: Final = 128
_GIVEN: Final = 4


class Written(NamedTuple):
    """One answer, and what it cost."""

    text: str
    first_seconds: float
    prompt_tokens: int
    written_tokens: int
    seconds: float
    cpu_seconds: float
    finish_reason: str


def read_runbooks(tokenizer: Path) -> list[Chunk]:
    """Return the chunks of our own runbooks."""
    return cut_pages(((f"runbooks/{file.name}", file) for file in sorted(_RUNBOOKS.glob("*.md"))), tokenizer)


def find_sources(chunks: Sequence[Chunk], question: str, tokenizer: Path) -> list[Hit]:
    """Return the passages that fit a question best by their words, as many as the prompt has room for.

    Args:
        chunks: To choose from.
        question: In any of the two languages.
        tokenizer: Measures the passages.
    """
    words = read_words([f"{chunk['title']} {embedding_text(chunk)}" for chunk in chunks])
    scores = score_words(words, add_translation(question, reads_russian=False))
    best = [int(at) for at in np.argsort(-scores, kind="stable")[:_GIVEN]]
    found = [
        {
            "_index": "cag-v1",
            "_id": chunks[at]["chunk_id"],
            "_score": float(scores[at]),
            "_source": chunks[at],
        }
        for at in best
    ]
    return choose_sources(parse_hits({"hits": {"hits": found}}), _SOURCE_TOKENS, open_counter(tokenizer))


def ask(process: ModelProcess, name: str, messages: list[Any]) -> Written:
    """Stream an answer, and measure it.

    Args:
        process: The model's server.
        name: Of the model.
        messages: The prompt.
    """
    server, client = psutil.Process(process.pid), OpenAI(base_url=f"{process.url}/openai/v1", api_key="none")
    used, began, first, text = sum(server.cpu_times()[:2]), time.perf_counter(), 0.0, ""
    finish, usage = "", None
    stream = client.chat.completions.create(
        model=name,
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=_ANSWER_TOKENS,
        timeout=900,
    )
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            if choice.delta.content:
                first = first or time.perf_counter() - began
                text += choice.delta.content
    if usage is None:
        sys.exit("the model's server told no usage")
    seconds = time.perf_counter() - began
    cpu = sum(server.cpu_times()[:2]) - used
    return Written(text, first, usage.prompt_tokens, usage.completion_tokens, seconds, cpu, finish)


async def is_shown(text: str, question: str, sources: Sequence[Hit]) -> bool:
    """Tell whether the service would show a text.

    Args:
        text: As the model wrote it.
        question: That it answers.
        sources: That it was given.
    """

    async def once() -> AsyncGenerator[str, None]:
        yield text

    cited: list[Hit] = []
    check = ClaimCheck()
    numbered = number_citations(defuse_stream(once()), sources, cited)
    marked = mark_claims(numbered, cited, check, choose_words(find_language(question)))
    return await read_if_cited(marked, question, cited, check, "benchmark") is not None


def report(name: str, asked: Sequence[tuple[Written, bool]]) -> str:
    """Return what a model's answers cost, and the share of them that is withheld."""
    written = [one for one, _ in asked]
    first = statistics.median(one.first_seconds for one in written)
    read = statistics.median(one.prompt_tokens for one in written)
    rate = sum(one.written_tokens for one in written) / sum(
        one.seconds - one.first_seconds for one in written
    )
    cpu = statistics.mean(one.cpu_seconds for one in written)
    return (
        f"{name}, {len(asked)} questions: first token after {first:.1f} s (prompts of {read:.0f} tokens), "
        f"{rate:.1f} tokens/s, {cpu:.1f} s of CPU time for an "
        f"answer of {statistics.mean(one.written_tokens for one in written):.0f} tokens, "
        f"{sum(not shown for _, shown in asked)} of {len(asked)} withheld\n"
    )


def list_rows(name: str, asked: Sequence[tuple[Written, bool]]) -> list[Row]:
    """Return when the first token of an answer came, and how many answers are withheld.

    Args:
        name: Of the model, with the language.
        asked: Answers, and whether they are shown.
    """
    first = [one.first_seconds for one, _ in asked]
    withheld = sum(not shown for _, shown in asked) / len(asked)
    return [
        compare_times(f"{name}: first token", first, unit="s"),
        Row(f"{name}: withheld", withheld, "share"),
    ]


def main() -> None:
    """Measure each language model that is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10, help="so many in each language")
    parser.add_argument("--answers", action="store_true", help="show what is written")
    options = parser.parse_args()
    envs = find_environments()
    tokenizer = find_packaged(envs) / "tokenizer.json"
    chunks, golden = read_runbooks(tokenizer), [query for query in read_golden() if query["relevant"]]
    by_language = {
        "en": golden[: options.questions],
        "ru": [q for q in golden if tell_language(q["query"]) == "ru"][: options.questions],
    }
    installed = [name for name in LANGUAGE_MODELS if (find_folder(envs, name) / "model.gguf").is_file()]
    if not installed:
        leave_out(f"no language model in {envs}/models; RUNLORE_LLM=gemma-3-270m make setup installs one")
    for name in installed:
        folder = find_folder(envs, name)
        given = {
            "RUNLORE_LLM": name,
            "RUNLORE_LLM_FILE": str(folder / "model.gguf"),
            "RUNLORE_LLM_PACKAGES": str(folder / "packages"),
            "RUNLORE_LLM_PROMPT": LANGUAGE_MODELS[name].prompt,
        }
        with run_model_server(envs, given, "serving.model_server.language") as process:
            for language, queries in by_language.items():
                asked = []
                for query in queries:
                    sources = find_sources(chunks, query["query"], tokenizer)
                    one = ask(process, name, build_messages(query["query"], sources, []))
                    asked.append((one, asyncio.run(is_shown(one.text, query["query"], sources))))
                    if options.answers:
                        sys.stdout.write(f"\n{query['query']}\n{one.text}\n")
                sys.stdout.write(f"{language} {report(name, asked)}")
                for row in list_rows(f"{name}, {language}", asked):
                    emit(row)
                sys.stdout.flush()
    sys.stdout.write(f"{tell_load()}\n")


if __name__ == "__main__":
    main()
