"""Who asks what became of an action: the words, and which action of the conversation is meant.

Only that is read of the conversation, and it begins nothing: a key that somebody put there shows what its
asker may see, or nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from serving.schemas import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUN: Final = re.compile(r"\baction-([0-9a-f]{32})\b")
_TOLD: Final = re.compile(r"/do status(?:\s+(?:action-)?(?P<key>[0-9a-f]{32}))?", re.IGNORECASE)
_ASKED: Final = re.compile(
    r"(?:(?:and|so|ok),? )?(?:"
    r"what (?:became|has become) of (?:it|this|that)|what happened (?:to|with) (?:it|that)"
    r"|did (?:it|that) (?:work|go through|succeed|run)|how did (?:it|that) go"
    r"|(?:is|was|has) (?:it|that) (?:been )?(?:done|approved|finished|over)"
    r"|(?:what(?:'s| is) the )?status(?: of (?:it|that))?)"
    r"|(?:[аиу] |ну )*(?:что с (?:этим|ним|ней)(?: стало)?|что стало с (?:этим|ним|ней)"
    r"|(?:это )?(?:получилось|сработало|выполнено|выполнилось|одобрено|одобрили)"
    r"|как (?:там )?(?:прошло|дела с этим)|(?:какой )?статус)",
    re.IGNORECASE,
)


def find_asked_action(text: str, history: Sequence[dict[str, Any]]) -> str | None:
    """Return the key of the action whose end somebody asks for, None if they ask for something else.

    Args:
        text: The last message of the user.
        history: What was said before.

    Example:
        >>> said = [{"role": "assistant", "content": f"See runs/action-{'ab' * 16}."}]
        >>> find_asked_action("What became of it?", said) == "ab" * 16
        True
        >>> find_asked_action("What became of it?", []) is None
        True
        >>> find_asked_action("Status of kafka?", said) is None
        True
    """
    asked = text.strip(" \t\n?!.…")
    told = _TOLD.fullmatch(asked)
    if told and told["key"]:
        return told["key"].lower()
    if not (told or _ASKED.fullmatch(asked)):
        return None
    for message in reversed(history):
        if message.get("role") == "assistant" and (runs := _RUN.findall(read_text(message))):
            return str(runs[-1])
    return None
