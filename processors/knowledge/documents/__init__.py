"""Documents of other formats, turned into Markdown: the one form that markdown processing knows."""

from typing import TypedDict


class ConvertedPage(TypedDict):
    """A page in Markdown.

    `oddities` say in words what is odd about it, without a path: whoever knows the path puts it in front.
    A page that can't be converted at all has no text and one oddity that says why.
    """

    text: str
    oddities: list[str]
