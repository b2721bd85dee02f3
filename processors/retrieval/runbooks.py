"""Runbooks that name what is wrong: a reason, or an alert. Likeness alone makes no page a runbook of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

# A search for ModuleNotFound also finds "a module … not found": what is found is looked at once more.
_ASKED: Final = 10
_MOST_WORDS: Final = 400
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|_+")
_FIELDS: Final = ["title^2", "heading_path", "text", "values"]


def build_runbook_query(names: Sequence[str], likeness: str, groups: Sequence[str]) -> dict[str, Any]:
    """Return the search for the runbooks that name something, the likest first, a chunk of each.

    Args:
        names: Reasons and alerts, at least one; what is found is held against them by `names_one`.
        likeness: What tells which of the pages is nearest.
        groups: Of those who may see the pages.
    """
    phrases = [{"multi_match": {"query": name, "type": "phrase", "fields": _FIELDS}} for name in names]
    like = {"multi_match": {"query": likeness[:_MOST_WORDS], "fields": _FIELDS}}
    allowed = [{"terms": {"acl": list(groups)}}, {"term": {"kind": "runbook"}}]
    named = {"bool": {"should": phrases, "minimum_should_match": 1}}
    return {
        "size": _ASKED,
        "query": {"bool": {"must": [named], "should": [like], "filter": allowed}},
        "collapse": {"field": "doc_id"},
        "_source": ["doc_id", "title", "cite", "text", "heading_path", "labels.alert"],
    }


def names_one(page: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Tell whether a page names one of the reasons or alerts, in one word or in its parts.

    Args:
        page: A chunk of it.
        names: Such as `ImagePullBackOff`.

    Example:
        >>> names_one({"title": "a", "text": "`ImageNotFoundError`"}, ["NotFound"])
        False
        >>> names_one({"title": "The pod was OOM killed", "text": ""}, ["OOMKilled"])
        True
    """
    labels = page.get("labels", {})
    held = " ".join((page["title"], *page.get("heading_path", ()), page["text"], labels.get("alert", "")))
    return any(re.search(_spell(name), held, re.IGNORECASE) for name in names)


def _spell(name: str) -> str:
    """Return the expression for a name; "not ready", ordinary words, must be one word.

    What is several words already, or of another script, stands there as it is.
    """
    if " " in name or not name.isascii():
        words = r"\s+".join(map(re.escape, name.split()))
        return rf"(?<!\w){words}(?!\w)"
    parts = _PART.findall(name)
    is_ordinary = len(parts) < 3 and not any(part.isupper() and len(part) > 1 for part in parts)
    return rf"(?<!\w){('' if is_ordinary else '[ _-]?').join(map(re.escape, parts))}(?!\w)"
