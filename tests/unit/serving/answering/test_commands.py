"""What a correct quotation says is never taken for a command that the model has made up."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import numpy as np
import pytest

from processors.knowledge.markdown.inert import defuse_stream
from processors.retrieval.language import find_language
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.commands import find_commands, find_made_up
from serving.answering.numbering import number_citations
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages
from serving.model_server.extractive.model import answer_prompt

QUESTIONS = {"en": "What happened with shopcart?", "ru": "Что случилось с shopcart?"}
WARNINGS = {
    language: choose_words(find_language(question)).unknown_commands
    for language, question in QUESTIONS.items()
}
HEAD = "1 log line of shopcart (info) at 2026-11-29T01:00:00 UTC:"
NEW = "New: no line like this was seen before 2026-11-29T01:00:00 UTC."
VARIES = "It varies in 3 values, last 4, 7, 9."
# Log lines as they come: each was taken for a command, or may be taken for one.
LINES = {
    "plain": "shopcart: feature beta_prices was switched on by alice",
    "backticks": "shopcart: cannot run `kubectl get pods` or `ls`",
    "odd backtick": "shopcart: it`s over, `restart me",
    "double backticks": "shopcart: see ``code `x` here`` please",
    "a prompt": "$ rm -rf /var/shopcart/cache",
    "shell words": "shopcart run failed: kubectl get pods | grep -v Running && exit 1",
    "masked": "shopcart login with password=<masked:1f0c9a2b> failed",
    "tag": "shopcart answered <script>alert(1)</script> to <form",
    "entities": "shopcart got a&amp;b &lt;none&gt; &#35;",
    "think": "shopcart <think>said</think> so",
    "markdown": "shopcart [link](http://evil.example/x) ![i](http://a/b) [1]",
    "address and bars": "shopcart GET http://shop.internal/a?b=c | 503 | 12 ms",
    "unicode": "shopcart заказ №7 не принят \u202eдлиннее\u200b",
    "tabs": "shopcart\tstate\t=\t  down",
    "json": '{"shopcart": {"state": "down", "args": ["-x", "--y"]}}',
    "quotes": "shopcart said \"it's 'down'\" \\n twice",
    "cut": "shopcart sends more than fits…",
    "arrow": "shopcart a -> b => c ⇒ d",
    "trace": "shopcart at com.acme.Cart.add(Cart.java:42)",
    "percent": "shopcart 4 × 503, 8 × 502 of POST /route/v1",
}


def make_hit(*lines: str, kind: str = "log_pattern", newline: str = "\n") -> Any:
    return {
        "chunk_id": "a",
        "kind": kind,
        "title": "shopcart",
        "heading_path": "",
        "severity": "info",
        "observed_at": "2026-11-29T01:00:00+00:00",
        "text": newline.join(lines),
    }


async def embed(texts: Sequence[str]) -> Any:
    return np.ones((len(texts), 2), np.float32) / np.sqrt(2)


async def answer(question: str, hits: list[Any], also: str = "") -> tuple[str, ClaimCheck]:
    """Let the model quote, and send its answer through all that an answer goes through."""
    prompt = build_messages(question, hits, [])[-1]["content"]
    said = await answer_prompt(prompt, embed) + also
    cited: list[Any] = []
    found = ClaimCheck()

    async def stream() -> AsyncGenerator[str, None]:
        for begin in range(0, len(said), 7):
            yield said[begin : begin + 7]

    numbered = number_citations(defuse_stream(stream()), hits, cited)
    marked = mark_claims(numbered, cited, found, choose_words(find_language(question)))
    return "".join([piece async for piece in marked]), found


@pytest.mark.parametrize("about", [(), (NEW,), (VARIES,), (NEW, VARIES)], ids=["", "new", "varies", "both"])
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("language", QUESTIONS)
async def test_a_quoted_log_line_is_not_disowned(language: str, line: str, about: tuple[str, ...]) -> None:
    for hit in (make_hit(HEAD, *about, line), make_hit(HEAD, *about, line, "another line", newline="\r\n")):
        text, found = await answer(QUESTIONS[language], [hit])
        assert "shopcart" in text
        assert found.unknown_commands == []
        assert WARNINGS[language] not in text


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            "k8s_event",
            ["Warning BackOff of pod shop/shopcart-0 (7 times):", "Back-off restarting `shopcart`"],
        ),
        ("k8s_state", ["Deployment shopcart: 0 of 2 ready", "Image: shopcart:v2", "Args: sh -c 'exit 1'"]),
        ("metric_window", ['shopcart: rate(http_requests_total{job="a"}[5m]) > 3 since 01:00 UTC']),
        ("alert", ['ShopcartDown fires: `up{job="shopcart"} == 0` for 5 m']),
        ("ml_run", ["Run shopcart diverged: loss is NaN since step 7"]),
    ],
)
@pytest.mark.parametrize("language", QUESTIONS)
async def test_what_else_was_observed_is_not_disowned_either(
    language: str, kind: str, lines: list[str]
) -> None:
    text, found = await answer(QUESTIONS[language], [make_hit(*lines, kind=kind)])
    assert "shopcart" in text
    assert found.unknown_commands == []


@pytest.mark.parametrize("language", QUESTIONS)
async def test_an_invented_command_still_gets_the_warning(language: str) -> None:
    hit = make_hit(HEAD, NEW, LINES["shell words"])
    text, found = await answer(QUESTIONS[language], [hit], "\n\nRun `kubectl delete pod shopcart-0` [1].")
    assert found.unknown_commands == ["kubectl delete pod shopcart-0"]
    assert f"{WARNINGS[language]} `kubectl delete pod shopcart-0`" in text


@pytest.mark.parametrize(
    "command",
    [
        f"{HEAD} rm -rf /",  # the headline lends nothing to what follows it
        "kubectl get pods -A",
        "another line 1 log line of shopcart",  # not in this order
        "get pods another line",  # no whole line before
        "rm another line",
    ],
)
def test_pieces_of_lines_make_no_quotation(command: str) -> None:
    cited = [make_hit(HEAD, NEW, "run failed: kubectl get podsets", "another line")]
    assert find_made_up(f"Run `{command}` [1].", cited) == [command]


def test_lines_of_a_document_are_not_joined() -> None:
    lines = ("cd /var/lib/kafka", "Look around.", "rm -r old")
    made_up = "Run `cd /var/lib/kafka rm -r old` [1]."
    assert find_made_up(made_up, [make_hit(*lines, kind="runbook")]) == ["cd /var/lib/kafka rm -r old"]


def test_a_name_alone_and_a_long_quotation_are_no_commands() -> None:
    assert find_made_up(f"It is `kafka`. It said `{'x ' * 100}`.", []) == []


def test_code_is_found_whatever_quotes_it() -> None:
    assert find_commands("Run ``a `b` c`` or `d e`. ` is no code") == ["a `b` c", "d e"]
