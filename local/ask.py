"""`make ask Q="…"`: ask the service a question, and print the answer with what it cites."""

import sys
from typing import Any

from openai import DefaultHttpxClient, OpenAI, OpenAIError
from openai.types.chat import ChatCompletion

from local.command_line import tell_errors
from local.errors import StackError
from local.settings import StackSettings, load_settings


def ask_question(settings: StackSettings, question: str) -> str:
    """Ask the running service through its OpenAI API.

    Returns:
        The answer's text, then one line for each citation.

    Raises:
        StackError: if the service doesn't answer.
    """
    key = (settings.home / "secrets/api-key").read_text().strip()
    url = f"http://127.0.0.1:{settings.ports['service']}/v1"
    try:
        completion = fetch_answer(url, key, question)
    except OpenAIError as error:
        raise StackError(f"{url} doesn't answer: {error}. `make status` shows what is down.") from error
    return render_answer(completion)


def fetch_answer(
    url: str, key: str, question: str, client: DefaultHttpxClient | None = None
) -> ChatCompletion:
    """Ask a service through its OpenAI API.

    Args:
        url: of its routes, ending in `/v1`.
        key: of the API.
        question: in a person's words.
        client: how it is reached, where certificates of one's own are to be trusted.

    Raises:
        OpenAIError: if it doesn't answer.
    """
    service = OpenAI(base_url=url, api_key=key, max_retries=2, http_client=client)
    return service.chat.completions.create(model="runlore", messages=[{"role": "user", "content": question}])


def list_citations(completion: ChatCompletion) -> list[dict[str, Any]]:
    """Give what an answer cites."""
    provenance: dict[str, Any] = (completion.model_extra or {}).get("runlore", {})
    return list(provenance.get("citations", []))


def render_answer(completion: ChatCompletion) -> str:
    """Write an answer's text, then a line for each citation."""
    sources = [f"  [{c['n']}] {c['title']} — {c['url']}" for c in list_citations(completion)]
    return "\n".join([completion.choices[0].message.content or "", "", *sources])


def main() -> int:
    """Ask what the command line says."""
    question = " ".join(sys.argv[1:]).strip()
    if not question:
        print('Ask something: make ask Q="The OpenSearch cluster is red. What do I do?"', file=sys.stderr)
        return 2
    return tell_errors(lambda: print(ask_question(load_settings(), question)))


if __name__ == "__main__":
    sys.exit(main())
