"""What people wrote about a registered model of MLflow and its versions, as a page."""

import json
import re
from typing import Any

from processors.knowledge.documents.escaping import escape_inline


def write_model_card(model: dict[str, Any], versions: list[dict[str, Any]]) -> str:
    """Return a model's card as Markdown, or nothing if nobody described the model or a version of it.

    Args:
        model: The registered model as MLflow's JSON tells it.
        versions: Its versions, in any order; one without description and tags is left out.

    Example:
        >>> card = write_model_card({"name": "fraud", "description": "Scores payments."}, [])
        >>> card.splitlines()
        ['---', 'title: "Model card: fraud"', '---', '', '# Description', '', 'Scores payments.']
    """
    aliases: dict[str, list[str]] = {}
    for alias in model.get("aliases", []):
        aliases.setdefault(str(alias["version"]), []).append(alias["alias"])
    newest = sorted(versions, key=lambda version: int(version["version"]), reverse=True)
    parts = [
        _write_part("Description", model),
        *(_write_part(_name_version(version, aliases), version) for version in newest),
    ]
    written = [part for part in parts if part]
    if not written:
        return ""
    title = json.dumps(f"Model card: {model['name']}", ensure_ascii=False)
    return "\n\n".join([f"---\ntitle: {title}\n---", *written]) + "\n"


def _name_version(version: dict[str, Any], aliases: dict[str, list[str]]) -> str:
    names = ", ".join(escape_inline(alias) for alias in aliases.get(str(version["version"]), []))
    return f"Version {version['version']}" + (f" ({names})" if names else "")


def _write_part(heading: str, described: dict[str, Any]) -> str:
    description = str(described.get("description") or "").strip()
    tags = sorted((str(tag["key"]), str(tag["value"])) for tag in described.get("tags", []))
    # MLflow keeps notes to itself among the tags.
    shown = [
        f"- {escape_inline(key)}: {escape_inline(' '.join(value.split()))}"
        for key, value in tags
        if not key.startswith("mlflow.")
    ]
    parts = [_lower_headings(description), "\n".join(shown)]
    return "\n\n".join([f"# {heading}", *filter(None, parts)]) if any(parts) else ""


def _lower_headings(text: str) -> str:
    """Return Markdown whose headings stand below the one that the text is put under."""
    lines, fence = [], ""
    for line in text.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        is_heading = not fence and not mark and re.match(r" {0,3}#{1,5}\s", line)
        lines.append(f"#{line.lstrip()}" if is_heading else line)
    return "\n".join(lines)
