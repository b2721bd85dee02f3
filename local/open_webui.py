"""What Open WebUI shows at its first start: a welcome, questions to begin with, and only what is of use here.

It is handed over in the environment and wins over what Open WebUI keeps, so a new stack is right at once.
"""

import json
from dataclasses import dataclass
from typing import Final

from local.settings import StackSettings

MODELS: Final = ("runlore", "runlore-rag", "runlore-cag")
WELCOME: Final = (
    "Ask in English or Russian: what to do, or what just happened. "
    "Answers come from your documents and from what your systems report, each with its source."
)

WEAK_MODEL: Final = (
    "{name} writes them, a language model that is too small for it: "
    "what it writes without a source is withheld, and the passages are shown in its place."
)


@dataclass(frozen=True)
class Suggestion:
    """A question that a new stack can answer, and the two lines that stand for it."""

    title: str
    subtitle: str
    question: str


# As many as are seen without scrolling; Open WebUI shuffles them.
SUGGESTIONS: Final = (
    Suggestion("OpenSearch cluster is red", "what do I do?", "The OpenSearch cluster is red. What do I do?"),
    Suggestion("What just ran?", "DAG runs of the last hour", "Which DAG runs finished in the last hour?"),
    Suggestion("Заканчивается место на диске", "что делать?", "Заканчивается место на диске. Что делать?"),
)

# Each of these either costs a call of the model, or asks the model for what it can't do.
_CAPABILITIES: Final = {
    "citations": True,
    "status_updates": True,
    "builtin_tools": False,
    "code_interpreter": False,
    "file_context": False,
    "file_upload": False,
    "image_generation": False,
    "memory": False,
    "terminal": False,
    "vision": False,
    "web_search": False,
}
# Nothing that stands in an answer opens by itself or runs.
_INTERFACE: Final = {
    "title": {"auto": False},
    "autoTags": False,
    "autoFollowUps": False,
    "detectArtifacts": False,
    "iframeSandboxAllowScripts": False,
    "iframeSandboxAllowForms": False,
    "iframeSandboxAllowDownloads": False,
    "showChangelog": False,
    "showUpdateToast": False,
}


def make_open_webui_values(settings: StackSettings) -> dict[str, str]:
    """Make what `open-webui.env.template` names besides ports and passwords, each on one line."""
    suggestions = [{"title": [one.title, one.subtitle], "content": one.question} for one in SUGGESTIONS]
    welcome = f"{WELCOME} {WEAK_MODEL.format(name=settings.llm)}" if settings.llm else WELCOME
    metadata = {"description": welcome, "capabilities": _CAPABILITIES}
    return {
        "open_webui_models": _to_line([*MODELS, settings.answering_model]),
        "open_webui_suggestions": _to_line(suggestions),
        "open_webui_metadata": _to_line(metadata),
        "open_webui_interface": _to_line(_INTERFACE),
    }


def _to_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
