"""What people wrote about a registered model of MLflow and its versions, as a page."""

import json
from typing import Any

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.markdown.reading import read_markdown


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
    blocks = [block for part in parts for block in part]
    if not blocks:
        return ""
    title = json.dumps(f"Model card: {model['name']}", ensure_ascii=False)
    return f"---\ntitle: {title}\n---\n\n{render_markdown(blocks)}\n"


def _name_version(version: dict[str, Any], aliases: dict[str, list[str]]) -> str:
    names = ", ".join(aliases.get(str(version["version"]), []))
    return f"Version {version['version']}" + (f" ({names})" if names else "")


def _write_part(heading: str, described: dict[str, Any]) -> list[Block]:
    description = str(described.get("description") or "").strip()
    tags = sorted((str(tag["key"]), str(tag["value"])) for tag in described.get("tags", []))
    # MLflow keeps notes to itself among the tags.
    shown = [_make_item(f"{key}: {value}") for key, value in tags if not key.startswith("mlflow.")]
    blocks = [_lower_heading(block) for block in read_markdown(description)]
    if shown:
        blocks.append(Block(kind="list", ordered=False, children=shown, first=1, last=1))
    head = Block(kind="heading", level=1, spans=_make_spans(heading), first=1, last=1)
    return [head, *blocks] if blocks else []


def _make_spans(text: str) -> list[Span]:
    return settle_spans([Span(kind="text", text=text)])


def _make_item(text: str) -> Block:
    words = Block(kind="paragraph", spans=_make_spans(text), first=1, last=1)
    return Block(kind="item", number="", done=None, children=[words], first=1, last=1)


def _lower_heading(block: Block) -> Block:
    """Put a heading of a description below the one that the description stands under."""
    return {**block, "level": min(block["level"] + 1, 6)} if block["kind"] == "heading" else block
