"""Who asks, once that is known, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.actions.request import LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

PUBLIC: Final = "public"


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which groups the answer may be made."""

    user: str
    """The same for each request of the same one: `key:<name>` or `jwt:<issuer>:<subject>`."""
    groups: tuple[str, ...]
    """Sorted; what is public is for all."""
    name: str = field(default="", repr=False, compare=False)
    """What a signed token calls them, to be shown to others; it decides nothing."""

    @property
    def reader(self) -> str:
        """Under which what they were shown is remembered: whoever has other groups is another reader.

        Example:
            >>> Caller("key:ops", ("public", "sre")).reader
            'key:ops public sre'
        """
        return " ".join((self.user, *self.groups))


def make_caller(user: str, groups: Iterable[Any] = (), name: object = "") -> Caller:
    """Return a caller; the public group is added, so that what everybody may see is found for all.

    What can't be the name of a group is left out, and what is no Unicode in that of a user is written out:
    logs and limits are kept under it.

    Args:
        user: By which they are known.
        groups: That they are in.
        name: What a token calls them; what can't be a name is left out.

    Example:
        >>> make_caller("key:ops", ["sre", "dev", "sre", 7, "a\\0b"])
        Caller(user='key:ops', groups=('dev', 'public', 'sre'))
    """
    named = {group for group in groups if isinstance(group, str) and group and group.isprintable()}
    called = name if isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_NAME else ""
    return Caller(user.encode(errors="backslashreplace").decode(), tuple(sorted({PUBLIC, *named})), called)
