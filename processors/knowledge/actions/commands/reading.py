"""A message is read: it is a command, or a question, or a command that can't be taken.

Only the message itself is read, never a document, a log line or what was said before. A command is one as a
whole: nothing may stand before or behind it, so that what somebody quotes or asks about isn't done.
"""

from __future__ import annotations

import re
from typing import Final

from processors.knowledge.actions.commands.command import Command
from processors.knowledge.actions.commands.kubectl import read_kubectl
from processors.knowledge.actions.commands.plain import read_plain
from processors.knowledge.actions.commands.stated import read_stated
from processors.knowledge.actions.refusal import ActionRefusedError

_LONGEST: Final = 70_000
_DO: Final = re.compile(r"/do(?:\s+|$)", re.IGNORECASE)
_FENCE: Final = re.compile(r"```[a-z]*\n(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_PROMPT: Final = re.compile(r"[$#]\s+(?=kubectl\s)")
# Fields for chats set what is typed: two hyphens become a dash, straight quotes become curly.
_DASH: Final = re.compile(r"(?<=\s)[—–](?=[a-z])")
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„", '"') | dict.fromkeys("‘’", "'"))


def read_command(text: str) -> Command | None:
    """Return the command that a message is, None if it is a question.

    Args:
        text: The last message of the user, and nothing else.

    Raises:
        ActionRefusedError: It is clearly a command (`/do`, `kubectl`), but not one that can be taken.

    Example:
        >>> read_command("restart the api deployment in checkout")
        Command(action='kubernetes.rollout_restart', parameters={'namespace': 'checkout', \
'resource': 'deployment', 'name': 'api'})
        >>> read_command("how do I restart the api deployment in checkout?") is None
        True
    """
    told = undo_typography(text.strip())
    if not told or len(told) > _LONGEST:
        return None
    if begun := _DO.match(told):
        return _read_done(told[begun.end() :].strip())
    bare = _unwrap(told)
    return read_kubectl(bare) if bare.startswith("kubectl ") else read_plain(told)


def undo_typography(text: str) -> str:
    """Return a text with its first line as it was typed; a manifest behind it stays as it is.

    Example:
        >>> undo_typography("/do kubectl rollout undo deployment/api —to-revision=1")
        '/do kubectl rollout undo deployment/api --to-revision=1'
    """
    line, end, rest = text.partition("\n")
    return f"{_DASH.sub('--', line).translate(_QUOTES)}{end}{rest}"


def _read_done(told: str) -> Command:
    """Behind `/do` stands a command, in whatever form; what is none is told."""
    bare = _unwrap(told)
    found = (
        read_kubectl(bare, sure=True)
        if bare.startswith("kubectl ")
        else read_stated(told) or read_plain(told, sure=True)
    )
    if found is None:
        raise ActionRefusedError("no_command", what=" ".join(told.split())[:200] or "/do")
    return found


def _unwrap(told: str) -> str:
    """Return what stands between marks of code, if that is all of the message, without a shell's prompt."""
    if whole := _FENCE.fullmatch(told):
        told = (whole[1] or whole[2]).strip()
    return _PROMPT.sub("", told, count=1) if _PROMPT.match(told) else told
