"""A question, asked until its answer cites a source."""

import time

from openai import DefaultHttpxClient, OpenAIError

from local.ask import fetch_answer, list_citations, render_answer
from local.errors import StackError

# The pages are read by a DAG, which begins once Airflow runs.
_PATIENCE_S = 900
_PAUSE_S = 5


def ask_until_cited(url: str, key: str, question: str, client: DefaultHttpxClient | None = None) -> str:
    """Ask until the answer cites a source: at first nothing was read yet.

    Args:
        url: of the service's OpenAI routes.
        key: of the API.
        question: in a person's words.
        client: how the service is reached, where certificates of one's own are to be trusted.

    Raises:
        StackError: if no answer has cited anything after a quarter of an hour.
    """
    deadline = time.monotonic() + _PATIENCE_S
    said = ""
    while time.monotonic() < deadline:
        try:
            completion = fetch_answer(url, key, question, client)
            if list_citations(completion):
                return render_answer(completion)
            said = render_answer(completion)
        except OpenAIError as error:
            said = str(error)
        time.sleep(_PAUSE_S)
    raise StackError(f"{url} has cited nothing. What it said last:\n{said}")
