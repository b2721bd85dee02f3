"""Where a file may lie that a page names: beside it, in a folder of parts, or below the source's root."""

import posixpath
import re
from typing import Final

_FOLDERS: Final = (
    "",
    "_includes",
    "includes",
    "_snippets",
    "snippets",
    "_partials",
    "partials",
    "docs",
    "content",
    "shared",
)
_PARTS: Final = re.compile(
    r"^(?P<file>[^#?]*?)(?P<lines>(?::\d*){1,2}|:[\w-]+|\{[^{}]*\})?(?P<rest>[#?].*)?$"
)


def split_target(target: str) -> tuple[str, str]:
    """Return the file that a directive names, and which part of it.

    Example:
        >>> split_target("shared/a.md#Stop it"), split_target("a.rs:2:10")
        (('shared/a.md', '#Stop it'), ('a.rs', ':2:10'))
    """
    found = _PARTS.match(target.strip())
    if not found:
        return target.strip(), ""
    return found["file"].strip(), (found["lines"] or "") or (found["rest"] or "")


def list_candidates(path: str, target: str) -> list[str]:
    """Return where the file may lie that a page names, the likeliest first; never outside of the source.

    Example:
        >>> list_candidates("docs/halls/a.md", "../b.md"), list_candidates("a.md", "../../etc/passwd")
        (['docs/b.md'], [])
    """
    if re.match(r"[A-Za-z][\w+.-]*:", target) or "\\" in target or "\0" in target:
        return []
    rooted = target.startswith(("/", "~/", "@/", "@site/"))
    bare = re.sub(r"^(?:/+|~/|@/|@site/)", "", target)
    folder = posixpath.dirname(path)
    folders = [] if rooted else [folder]
    if not bare.startswith("."):
        above = folder
        while True:
            folders += [posixpath.join(above, name) for name in _FOLDERS]
            if not above:
                break
            above = posixpath.dirname(above)
    names = [bare] if re.search(r"\.\w{1,8}$", bare) else [bare, f"{bare}.md", f"{bare}.html"]
    joined = [posixpath.normpath(posixpath.join(folder, name)) for folder in folders for name in names]
    return [name for name in dict.fromkeys(joined) if not name.startswith((".", "/")) and name != path]
