"""A conversation as llama.cpp takes it: by the model's template, or as one text for a model without one."""

from collections.abc import Sequence
from typing import Any, Final

from serving.model_server.language.settings import LanguageSettings
from serving.model_server.writing import Limits, Turn

# A model that only goes on with a text goes on with another question, or with more sources.
_NEXT: Final = ("\nQuestion:", "<source")
_ROLES: Final = {"developer": "system", "function": "tool"}


def build_body(turns: Sequence[Turn], limits: Limits, settings: LanguageSettings) -> dict[str, Any]:
    """Return the body of a request to llama.cpp.

    Args:
        turns: The conversation.
        limits: Where the answer ends, and how words are drawn; without a temperature always the likeliest.
        settings: Say how the model is spoken to, and how long an answer may be.
    """
    is_plain = settings.llm_prompt == "plain"
    body: dict[str, Any] = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": limits.max_tokens or settings.llm_answer_tokens,
        "stop": [*limits.stop, *(_NEXT if is_plain else ())],
        "temperature": limits.temperature or 0.0,
    }
    drawn = {"top_p": limits.top_p, "seed": limits.seed}
    body |= {name: value for name, value in drawn.items() if value is not None}
    if is_plain:
        return {**body, "prompt": join_turns(turns)}
    return {**body, "messages": [{"role": _ROLES.get(role, role), "content": text} for role, text in turns]}


def join_turns(turns: Sequence[Turn]) -> str:
    """Return a conversation as one text that an answer goes on with.

    Example:
        >>> join_turns([Turn("system", "Be brief."), Turn("user", "Question: Why?")])
        'Be brief.\\n\\nQuestion: Why?\\n\\nAnswer:'
    """
    return "\n\n".join([*(turn.text for turn in turns), "Answer:"])
