"""Files that pages of a repository pull in: read at the same commit, and noticed when they change."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from processors.knowledge.documents.decoding import decode_text
from processors.knowledge.documents.formats import find_format
from processors.knowledge.markdown.include_paths import SIGN, find_named
from processors.knowledge.redaction.masking import mask_secrets
from processors.stores.git import read_blobs, read_sizes
from processors.stores.repositories import SourceFile

_MOST_FILES: Final = 50
_LARGEST: Final = 200_000


class SourceTree:
    """The files of a source at one commit; a text is read when it is asked for, and once."""

    def __init__(self, mirror: Path, blobs: dict[str, str], gone: Iterable[str] = ()) -> None:
        """Take the object ids of files by their paths, and files that the source had before."""
        self.mirror = mirror
        self.blobs = blobs
        self.known = {*blobs, *gone}
        self.names = {posixpath.basename(path) for path in self.known}
        self._texts: dict[str, str] = {}

    def read(self, path: str) -> str:
        """Return the text of a file; of one that is too large or no text, nothing."""
        if path not in self._texts:
            (size,) = read_sizes(self.mirror, [self.blobs[path]])
            data = next(read_blobs(self.mirror, [self.blobs[path]])) if size <= _LARGEST else b""
            self._texts[path] = decode_text(data)["text"]
        return self._texts[path]

    def find_included(self, path: str, text: str) -> set[str]:
        """Return the files that a page may pull in, and those that these do; some may be gone."""
        found, ahead = set[str](), [(path, text)]
        while ahead and len(found) < _MOST_FILES:
            new = find_named(*ahead.pop(), self.known, self.names) - found - {path}
            found |= new
            ahead += [(name, self.read(name)) for name in sorted(new) if name in self.blobs]
        return found


def pack_included(tree: SourceTree, page: SourceFile) -> str:
    """Return the files that a page may pull in, by their paths, as JSON; secrets are masked.

    Args:
        tree: Of its source.
        page: The page.
    """
    if find_format(page["path"]) != "markdown":
        return ""
    named = sorted(tree.find_included(page["path"], page["text"]) & set(tree.blobs))
    texts = {path: mask_secrets(text) for path in named if (text := tree.read(path))}
    return json.dumps(texts) if texts else ""


def find_dependents(tree: SourceTree, changed: set[str]) -> set[str]:
    """Return the pages that may pull in a file that changed, and that didn't change themselves."""
    texts = dict(_read_including(tree)) if changed else {}
    found, ahead = set[str](), changed
    while ahead:
        stems = {posixpath.splitext(posixpath.basename(path))[0] for path in ahead}
        named = re.compile("|".join(map(re.escape, stems)))
        ahead = {
            path
            for path, text in texts.items()
            if path not in found
            and named.search(text)
            and not ahead.isdisjoint(find_named(path, text, tree.known, tree.names))
        }
        found |= ahead
    return found - changed


def _read_including(tree: SourceTree) -> Iterator[tuple[str, str]]:
    """Yield path and text of each page that pulls in anything."""
    pages = [path for path in tree.blobs if find_format(path) == "markdown"]
    sizes = read_sizes(tree.mirror, [tree.blobs[path] for path in pages])
    fitting = [path for path, size in zip(pages, sizes, strict=True) if size <= _LARGEST]
    texts = read_blobs(tree.mirror, [tree.blobs[path] for path in fitting])
    for path, text in zip(fitting, (data.decode(errors="replace") for data in texts), strict=True):
        if SIGN.search(text):
            yield path, text
