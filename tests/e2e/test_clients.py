"""The same questions through curl and through the official Python client, streaming."""

import json
import re
import subprocess

import pytest
from openai import OpenAI

from processors.settings import Settings

RUNBOOK_QUESTION = "The OpenSearch cluster is red. What do I do?"
pytestmark = pytest.mark.usefixtures("live_versions")


def check_runbook(text: str, citations: list[dict[str, object]]) -> None:
    assert "_cluster/reroute" in text
    cites = json.dumps([citation["cite"] for citation in citations])
    assert "opensearch-cluster-red.md" in cites


def check_restart(text: str, citations: list[dict[str, object]], service: str) -> None:
    (line,) = [line for line in text.splitlines() if f"stopped: {service}" in line][:1]
    match = re.search(r"\[(\d+)\]", line)
    assert match, line
    (cited,) = [citation for citation in citations if citation["n"] == int(match[1])]
    assert isinstance(cited["cite"], dict)
    assert cited["cite"]["topic"] == "runlore.logs"
    assert cited["cite"]["file"].endswith("supervisord.log")


def ask_with_curl(settings: Settings, api_key: str, question: str) -> tuple[str, list[dict[str, object]]]:
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
    command = ["curl", "-sS", "--fail-with-body", f"{settings.url}/v1/chat/completions"]
    command += ["-H", f"Authorization: Bearer {api_key}", "-H", "Content-Type: application/json"]
    done = subprocess.run([*command, "-d", json.dumps(body)], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return answer["choices"][0]["message"]["content"], answer["runlore"]["citations"]


def ask_with_openai(settings: Settings, api_key: str, question: str) -> tuple[str, list[dict[str, object]]]:
    client = OpenAI(base_url=f"{settings.url}/v1", api_key=api_key, max_retries=0, timeout=30)
    messages = [{"role": "user", "content": question}]
    stream = client.chat.completions.create(model="runlore", messages=messages, stream=True)  # type: ignore[call-overload]
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(chunks) > 2
    return text, chunks[-1].model_extra["runlore"]["citations"]


@pytest.mark.parametrize("ask", [ask_with_curl, ask_with_openai])
def test_a_runbook_and_what_just_happened_are_answered_with_the_right_citation(
    ask: object, settings: Settings, api_key: str, just_restarted: str
) -> None:
    assert callable(ask)
    check_runbook(*ask(settings, api_key, RUNBOOK_QUESTION))
    check_restart(*ask(settings, api_key, f"What just happened to {just_restarted}?"), just_restarted)
