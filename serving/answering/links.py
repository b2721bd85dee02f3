"""Links to sources, made for the one who reads: a browser that opens one carries no key.

A link says for which groups it was made, and until when; a signature keeps both from being changed. The page
is looked up with these groups as filter, so a link shows what its reader may see and nothing else. What
everybody may see has no other links: that everybody who may ask may see it doesn't open it to those who may
not, and its address could be guessed. A link is made when an answer is given out, and never kept.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import jwt

from serving.answering.citations import build_citation_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings

GRANT: Final = "grant"
"""Name of the parameter that says for whom a link was made."""
_ALGORITHM: Final = "HS256"
# The key of the masks signs nothing by itself: what is made with one must be of no use for the other.
_PURPOSE: Final = b"runlore citation links"


@dataclass(frozen=True)
class Reader:
    """For whom links are made, and where they lead."""

    ui_urls: Mapping[str, str]
    groups: tuple[str, ...]
    key: bytes
    seconds: int


def make_reader(settings: Settings, groups: tuple[str, ...]) -> Reader:
    """Return the reader of an answer that was made for these groups."""
    key = load_link_key(settings.redaction.key_file)
    return Reader(settings.ui_urls, groups, key, settings.access.citation_link_seconds)


@lru_cache(maxsize=1)
def load_link_key(mask_key_file: Path) -> bytes:
    """Return the key that signs links, the same in every replica: it is made from that of the masks."""
    return hmac.digest(mask_key_file.read_bytes().strip(), _PURPOSE, hashlib.sha256)


def link_source(hit: Hit, reader: Reader) -> str:
    """Return the link by which this reader opens a source."""
    url = build_citation_url(hit, reader.ui_urls)
    service = f"{reader.ui_urls.get('service', '').rstrip('/')}/citations/"
    if not url.startswith(service):
        return url
    return f"{url}?{GRANT}={sign_grant(hit['index'], hit['chunk_id'], reader)}"


def sign_grant(index: str, chunk_id: str, reader: Reader) -> str:
    """Return what lets whoever holds it see one chunk as its reader does, for a while.

    Args:
        index: The version or slice that holds the chunk.
        chunk_id: Which chunk.
        reader: For whose groups, and for how many seconds.

    Example:
        >>> reader = Reader({}, ("public", "sre"), b"a key of thirty-two bytes for all", 60)
        >>> read_grant(sign_grant("cag-v000001", "a", reader), "cag-v000001", "a", reader.key)
        ('public', 'sre')
    """
    claims = {"sub": f"{index}/{chunk_id}", "groups": reader.groups, "exp": int(time.time()) + reader.seconds}
    return jwt.encode(claims, reader.key, _ALGORITHM)


def read_grant(grant: str, index: str, chunk_id: str, key: bytes) -> Sequence[str]:
    """Return the groups that a link was made for: none if it is another chunk's, old or forged.

    Args:
        grant: What the link carries; anybody may have made it up.
        index: The index that the link names.
        chunk_id: The chunk that the link names.
        key: What grants are signed with.

    Example:
        >>> read_grant("made up", "cag-v000001", "a", b"a key of thirty-two bytes for all")
        ()
    """
    try:
        claims = jwt.decode(
            grant,
            key,
            algorithms=[_ALGORITHM],
            subject=f"{index}/{chunk_id}",
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        return ()
    return tuple(claims["groups"])
