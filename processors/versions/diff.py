"""What differs between two versions: documents, mapping and settings, and what they say of themselves.

Documents are compared in the order of their ids as they are read, so neither version is held in memory.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final, TypedDict

from opensearchpy import OpenSearch

from processors.stores.search.clones import OF_ONE_INDEX
from processors.versions.corpus import read_buckets
from processors.versions.names import cover_family

# They tell one index from another, not one way of building from another.
_OF_ONE_INDEX: Final = (*OF_ONE_INDEX, "index.version.created")

Content = tuple[tuple[str, str, int], ...]
"""Hash of content, group that may see it, and how many chunks there are of both."""


class DocumentChanges(TypedDict):
    """Ids of documents, sorted."""

    added: list[str]
    changed: list[str]
    removed: list[str]


class VersionDiff(TypedDict):
    """What changed from one version to another; settings and meta as name → (before, after)."""

    documents: DocumentChanges
    chunks: tuple[int, int]
    mapping: dict[str, tuple[Any, Any]]
    settings: dict[str, tuple[Any, Any]]
    meta: dict[str, tuple[Any, Any]]


def diff_versions(client: OpenSearch, before: str, after: str) -> VersionDiff:
    """Compare two versions of a pipeline.

    Args:
        client: OpenSearch.
        before: The earlier version.
        after: The later one.

    Raises:
        opensearchpy.exceptions.NotFoundError: One of them doesn't exist.
    """
    mappings = [client.indices.get_mapping(index=index)[index]["mappings"] for index in (before, after)]
    settings = [
        client.indices.get_settings(index=index, params={"flat_settings": "true"})[index]["settings"]
        for index in (before, after)
    ]
    settings = [
        {name: value for name, value in held.items() if not name.startswith(_OF_ONE_INDEX)}
        for held in settings
    ]
    counts = [int(client.count(index=cover_family(index))["count"]) for index in (before, after)]
    return VersionDiff(
        documents=compare_documents(read_contents(client, before), read_contents(client, after)),
        chunks=(counts[0], counts[1]),
        mapping=compare_values(*(flatten(mapping.get("properties", {})) for mapping in mappings)),
        settings=compare_values(*settings),
        meta=compare_values(*(flatten(mapping.get("_meta", {})) for mapping in mappings)),
    )


def read_contents(client: OpenSearch, version: str) -> Iterator[tuple[str, Content]]:
    """Yield the id and the content of each document, in the order of the ids."""
    fields = ("doc_id", "content_hash", "acl")
    buckets = read_buckets(client, cover_family(version), fields, with_missing=True)
    for doc_id, held in groupby(buckets, key=lambda bucket: str(bucket["key"]["doc_id"])):
        yield (
            doc_id,
            tuple(
                (bucket["key"]["content_hash"], bucket["key"]["acl"] or "", bucket["doc_count"])
                for bucket in held
            ),
        )


def compare_documents(
    before: Iterator[tuple[str, Content]], after: Iterator[tuple[str, Content]]
) -> DocumentChanges:
    """Compare two sorted streams of documents.

    Example:
        >>> old = [("a", (("1", "public", 1),)), ("b", (("2", "public", 1),))]
        >>> new = [("b", (("3", "public", 1),)), ("c", (("4", "public", 1),))]
        >>> compare_documents(iter(old), iter(new))
        {'added': ['c'], 'changed': ['b'], 'removed': ['a']}
    """
    changes = DocumentChanges(added=[], changed=[], removed=[])
    old, new = next(before, None), next(after, None)
    while old or new:
        if new is None or (old is not None and old[0] < new[0]):
            changes["removed"].append((old or ("",))[0])
            old = next(before, None)
        elif old is None or new[0] < old[0]:
            changes["added"].append(new[0])
            new = next(after, None)
        else:
            if old[1] != new[1]:
                changes["changed"].append(new[0])
            old, new = next(before, None), next(after, None)
    return changes


def compare_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs, by name.

    Example:
        >>> compare_values({"a": 1, "b": 2}, {"b": 3, "c": 4})
        {'a': (1, None), 'b': (2, 3), 'c': (None, 4)}
    """
    names = sorted({*before, *after})
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of a tree of objects by their dotted path.

    Example:
        >>> flatten({"title": {"type": "text", "fields": {}}})
        {'title.type': 'text', 'title.fields': {}}
    """
    leaves: dict[str, Any] = {}
    for name, value in tree.items():
        path = f"{prefix}{name}"
        leaves |= flatten(value, f"{path}.") if isinstance(value, dict) and value else {path: value}
    return leaves


def describe_documents(client: OpenSearch, version: str, doc_ids: list[str]) -> dict[str, str]:
    """Return the title and the place of documents by their id, for people.

    Args:
        client: OpenSearch.
        version: What holds them.
        doc_ids: Of the documents.
    """
    body = {
        "size": len(doc_ids),
        "query": {"terms": {"doc_id": doc_ids}},
        "collapse": {"field": "doc_id"},
        "_source": ["doc_id", "title", "cite.path"],
    }
    if not doc_ids:
        return {}
    hits = client.search(index=cover_family(version), body=body)["hits"]["hits"]
    return {
        hit["_source"]["doc_id"]: " ".join(
            filter(None, [hit["_source"]["title"], _place(hit["_source"].get("cite", {}))])
        )
        for hit in hits
    }


def _place(cite: Mapping[str, Any]) -> str:
    return f"({cite['path']})" if cite.get("path") else ""
