"""Where a file may lie that a page names: beside it, in a folder of parts, or below the source's root."""

import posixpath
import re
from collections.abc import Collection
from functools import lru_cache
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
SIGN: Final = re.compile(
    r"8<-|\{!|\[!INCLUDE|\[!code-|!\[\[|include|<<<|@\[code|\{\{>|\{\{ ?#|snippet|readfile|partial|render"
    r"|code_sample|codenew|^import |file="
)
_WORD: Final = re.compile(r"[^\s\"'(){}\[\]<>|,;=`!]+")
# A name without a folder or an ending may be any word, but for these places.
_BARE: Final = re.compile(r"\[\[([^\[\]|#]+)|[\"']([\w-]+)[\"']|\{\{>\s*([\w-]+)")
# Arguments of a tag, or files of a list, may stand in the lines below.
_NEAR: Final = 10
_LONGEST: Final = 2_000
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


@lru_cache(maxsize=10_000)
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


def find_named(path: str, text: str, known: Collection[str], names: Collection[str]) -> set[str]:
    """Return the files that a page may pull in: those that are named where something is pulled in.

    A few that it only speaks of are among them, so that each that it pulls in is.

    Args:
        path: Of the page.
        text: Of the page.
        known: The files of its source.
        names: Their names without folders.

    Example:
        >>> find_named("docs/a.md", '--8<-- "shared/b.md"', {"docs/shared/b.md", "c.md"}, {"b.md", "c.md"})
        {'docs/shared/b.md'}
    """
    if not SIGN.search(text):
        return set()
    found = set[str]()
    near = 0
    for line in text.split("\n"):
        pulls_in = SIGN.search(line) is not None
        near = _NEAR if pulls_in else near - 1
        if near < 0 or len(line) > _LONGEST:
            continue
        targets = {word for word in _WORD.findall(line) if "." in word or "/" in word}
        if pulls_in:
            targets |= {"".join(forms) for forms in _BARE.findall(line)}
        for target in (split_target(target)[0] for target in targets):
            name = posixpath.basename(target)
            if name in names or f"{name}.md" in names or f"{name}.html" in names:
                found |= {place for place in list_candidates(path, target) if place in known}
    return found
