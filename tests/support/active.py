"""What of a Markdown text would act on a page, by a parser that lets raw HTML through."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from processors.knowledge.markdown.quoting import break_tags

# Of a bare address most pages make a link, as GitHub's Markdown does.
_ADDRESS = re.compile(r"(?:https?|ftp)://|\bwww\.|\bmailto:", re.IGNORECASE)
# What is escaped or an entity stays apart from its text, for no page looks for an address across it.
PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table").disable("text_join")


def list_active(markdown: str) -> list[str]:
    """What would act: links, images, bare addresses, and raw HTML but for names alone, as in `<pod>`."""
    tokens = PARSER.parse(markdown)
    inner = [child for token in tokens for child in token.children or []]
    return [f"{token.type} {token.content}" for token in [*tokens, *inner] if _acts(token)]


def _acts(token: Token) -> bool:
    if token.type in ("link_open", "image"):
        # Without a scheme it leads to nowhere but the page itself.
        target = str(token.attrs.get("href") or token.attrs.get("src"))
        return bool(re.match(r"[a-z][a-z0-9+.-]*:|//|\\|/\\", target, re.IGNORECASE))
    if token.type == "text":
        return bool(_ADDRESS.search(token.content))
    return token.type.startswith("html") and break_tags(token.content) != token.content
