"""What is posted: a message that a person reads on a phone, and all of it as JSON for a program.

What somebody wrote into a log or a page calls nobody: mentions of a chat are broken.
"""

from __future__ import annotations

import re
from datetime import UTC
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import defuse_title, quote_span
from serving.investigations.asking import name_place
from serving.investigations.words import choose_investigation_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.settings import Settings
    from serving.investigations.investigating import Finding, Investigation

# Slack takes 12,000 characters in a block of Markdown, Mattermost 16,383 in a message.
_LONGEST: Final = {"json": 100_000, "slack": 11_500, "mattermost": 16_000}
_LONGEST_ABOUT: Final = 500
# A zero-width space ends a mention, Mattermost's and Slack's; an address as in root@host is none. Chats look
# for none in code, which people copy.
_CODE: Final = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_MENTION: Final = re.compile(r"(?<![^\W_])@(?=\w)|<(?=[!@#])")


def build_post(settings: Settings, investigation: Investigation) -> dict[str, Any]:
    """Return the body that is posted, in the form of the settings.

    Args:
        settings: Say the form, the language, and where people go on.
        investigation: What is told.
    """
    form = settings.investigations.form
    text = write_message(settings, investigation)
    # Breaking them makes a text longer, so it is cut after that.
    text = _shorten(text if form == "json" else _break_mentions(text), _LONGEST[form], settings)
    if form == "mattermost":
        return {"text": text}
    if form == "slack":
        return {"text": text.partition("\n")[0], "blocks": [{"type": "markdown", "text": text}]}
    alert = investigation.alert
    return {
        "id": investigation.identity,
        "alert": alert.model_dump(mode="json", by_alias=True),
        "text": text,
        "findings": [
            {"heading": one.heading, "text": one.text, "citations": list(one.citations)}
            for one in investigation.findings
        ],
    }


def write_message(settings: Settings, investigation: Investigation) -> str:
    """Return the message as Markdown.

    Args:
        settings: Say the language, and where people go on.
        investigation: What is told.
    """
    own, alert = choose_investigation_words(settings.investigations.language), investigation.alert
    began = alert.starts_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    place = name_place(alert.labels).strip()
    severity = alert.labels.get("severity", "")
    named = ", ".join(part for part in (place, defuse_title(severity)) if part)
    head = f"**{defuse_title(alert.name)}** {own.fires.format(began=began)}{f': {named}' if named else ''}"
    about = investigation.about[:_LONGEST_ABOUT]
    blocks = [head, *([defuse_markdown(about, is_quoted=True)] if about else [])]
    blocks += [_write_finding(one) for one in investigation.findings]
    blocks += [" · ".join(_list_links(settings, investigation))]
    return "\n\n".join(filter(None, blocks))


def _break_mentions(text: str) -> str:
    parts = _CODE.split(text)
    words = (_MENTION.sub(lambda found: f"{found.group()}\u200b", part) for part in parts[::2])
    return "".join(part for pair in zip_longest(words, parts[1::2], fillvalue="") for part in pair)


def _write_finding(finding: Finding) -> str:
    sources = "\n".join(
        f"[{one['n']}] [{defuse_title(one['title'])}]({one['url']})" for one in finding.citations
    )
    return "\n\n".join(filter(None, (f"**{finding.heading}**", finding.text, sources)))


def _list_links(settings: Settings, investigation: Investigation) -> Iterator[str]:
    own = choose_investigation_words(settings.investigations.language)
    generator = investigation.alert.generator_url
    if generator.startswith(("http://", "https://")):
        yield f"{own.alert_link}: {quote_span(generator)}"
    asked = next((one.question for one in investigation.findings if one.question), "")
    chat = settings.ui.openwebui_url.rstrip("/")
    if chat and asked:
        yield f"[{own.chat_link}]({chat}/?{urlencode({'q': asked})})"


def _shorten(text: str, longest: int, settings: Settings) -> str:
    """Return a text that isn't too long, cut between two lines, no block of code left open."""
    if len(text) <= longest:
        return text
    kept = text[:longest].rpartition("\n")[0]
    closed = f"{kept}\n```" if kept.count("\n```") % 2 else kept
    return f"{closed}\n\n{choose_investigation_words(settings.investigations.language).more}"
