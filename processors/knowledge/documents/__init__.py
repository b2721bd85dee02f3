"""Documents of other formats, turned into Markdown: the one form that markdown processing knows."""

from typing import TypedDict


class ConvertedPage(TypedDict):
    """A page in Markdown.

    `warnings` say in words what was left out or mended; whoever knows the page's path puts it in front.
    A page that can't be converted at all has no text and one warning that says why.
    """

    text: str
    warnings: list[str]
