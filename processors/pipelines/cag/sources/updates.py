"""What a run takes from a source of documents, in one form for all of them."""

from typing import Any, TypedDict


class SourceUpdate(TypedDict):
    """What a run takes from one source.

    `position` is what the version holds of it afterwards, or None if that is nothing. The pages of a
    `carried` source are those of the live version, without the `dropped` documents (ids) and with the new
    `pages` (rows of staging). `warnings` are lines
    `place:line: what`. `reached` is false if the source didn't answer.
    """

    source: str
    position: dict[str, Any] | None
    carried: bool
    dropped: list[str]
    pages: list[dict[str, Any]]
    warnings: list[str]
    reached: bool


def keep_source(source: str, old: dict[str, Any] | None, warnings: list[str]) -> SourceUpdate:
    """Return the update of a source that can't be read: its pages are carried over as they are.

    Args:
        source: Its name.
        old: What the live version holds of it; None where other settings made that, for its pages would be
            wrong under these, and are left out.
        warnings: Say that it can't be read.
    """
    return SourceUpdate(
        source=source,
        position=old,
        carried=old is not None,
        dropped=[],
        pages=[],
        warnings=warnings,
        reached=False,
    )
