"""What stands at the head of a text and is none of it: a task's box, an alert's kind, a number, an anchor."""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it.token import Token

from processors.knowledge.blocks.rendering import NUMBER

_TASK: Final = re.compile(r"\[([ xX])\](?:[ \t]+|(?=\n)|$)")
_ALERT: Final = re.compile(r"\[!([A-Za-z][\w-]{0,40})\][+-]?[ \t]*([^\n]*)(?:\n|$)")
_BOLD: Final = re.compile(
    r"(?:[^\w\s*]{1,3}[ \t]*)?(?P<mark>\*\*|__)(?P<word>[^\W\d_]+)(?P<end>[ \t]*[:.!])?(?P=mark)"
    # A word that a sentence goes on behind is its first one.
    r"(?:[ \t]*[:.!–—]|(?(end)|(?=[ \t]*(?:\n|$|[A-ZА-ЯЁ]))))[ \t]*"
)
_WARNED: Final = {
    **{word: word.upper() for word in ("note", "tip", "hint", "info", "important", "warning", "caution")},
    **{word: word.upper() for word in ("danger", "attention", "notice")},
    "примечание": "NOTE",
    "замечание": "NOTE",
    "совет": "TIP",
    "важно": "IMPORTANT",
    "внимание": "WARNING",
    "предупреждение": "WARNING",
    "осторожно": "CAUTION",
    "опасно": "DANGER",
}
_ANCHOR: Final = re.compile(r"[ \t]*(?<!\\)\{#([^{}\s]+)\}[ \t]*$")


def take_marks(tokens: list[Token]) -> None:
    """Move marks from the text of blocks to the `meta` of what they mark, before the text is parsed."""
    for at, token in enumerate(tokens):
        if token.type == "bullet_list_open":
            _take_numbers(tokens, at)
        elif token.type == "list_item_open":
            if (text := _get_text(tokens, at)) and (found := _TASK.match(text.content)):
                token.meta["done"] = found[1] != " "
                text.content = text.content[found.end() :]
        elif token.type == "blockquote_open":
            if text := _get_text(tokens, at):
                _take_label(token, text)
        elif token.type == "heading_open" and (found := _ANCHOR.search(tokens[at + 1].content)):
            token.meta["anchor"] = found[1]
            tokens[at + 1].content = tokens[at + 1].content[: found.start()]


def _take_label(quote: Token, text: Token) -> None:
    """Take what a quote says that it is: as an alert, or by a bold word at its head."""
    if found := _ALERT.match(text.content):
        quote.meta["alert"] = found[1].upper(), found[2].strip()
    elif (found := _BOLD.match(text.content)) and found["word"].lower() in _WARNED:
        quote.meta["alert"] = _WARNED[found["word"].lower()], ""
    else:
        return
    text.content = text.content[found.end() :].lstrip("\n")


def _get_text(tokens: list[Token], at: int) -> Token | None:
    """The text of the paragraph that a container begins with, if it does."""
    begins = tokens[at + 1].type == "paragraph_open"
    return tokens[at + 2] if begins else None


def _take_numbers(tokens: list[Token], at: int) -> None:
    """Take the numbers that Markdown doesn't know, such as `a.` and `2.1.`, if each item has one."""
    items = list(_find_items(tokens, at))
    texts = [_get_text(tokens, item) for item in items]
    found = [NUMBER.match(text.content) if text else None for text in texts]
    for item, text, number in zip(items, texts, found, strict=True):
        if text and number and all(found):
            tokens[item].meta["number"] = number[1][:-1]
            text.content = text.content[number.end() :].lstrip(" ")


def _find_items(tokens: list[Token], at: int) -> Iterator[int]:
    level = tokens[at].level
    for number in range(at + 1, len(tokens)):
        if tokens[number].level == level:
            return
        if tokens[number].level == level + 1 and tokens[number].type == "list_item_open":
            yield number
