"""How text is analysed, and the templates by which every version's indices are made."""

from collections.abc import Iterable
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Pipeline, index_mapping

PIPELINES: Final[tuple[Pipeline, ...]] = ("rag", "cag")

# Words are split the way metric and alert names are made (KubePodCrashLooping, kube_pod_status), so that the
# name and its words find each other. Keeping the whole name as well was measured, and finds less.
ANALYSIS: Final[dict[str, Any]] = {
    "filter": {
        "name_parts": {"type": "word_delimiter_graph"},
        # Only words with Cyrillic letters stay, so an English text or question is nothing to these fields.
        "without_latin": {"type": "pattern_replace", "pattern": "^[^а-яё]+$", "replacement": ""},
        "without_yo": {"type": "pattern_replace", "pattern": "ё", "replacement": "е"},
        "without_empty": {"type": "length", "min": 1},
        "russian_stop": {"type": "stop", "stopwords": "_russian_"},
        "russian_stems": {"type": "stemmer", "language": "russian"},
    },
    "analyzer": {
        "runlore_text": {
            "type": "custom",
            "tokenizer": "whitespace",
            "filter": ["name_parts", "flatten_graph", "lowercase", "stop", "porter_stem"],
        },
        "runlore_russian": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": [
                "lowercase",
                "without_latin",
                "without_empty",
                "without_yo",
                "russian_stop",
                "russian_stems",
            ],
        },
        "runlore_values": {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase"]},
    },
}


def apply_templates(
    client: OpenSearch,
    dimension: int,
    pipelines: Iterable[str] = PIPELINES,
    replicas: int = 0,
    shards: int = 1,
) -> None:
    """Create or update the index template of each pipeline's versions and their slices.

    Args:
        client: OpenSearch.
        dimension: Length of the embedding vectors.
        pipelines: Whose versions.
        replicas: Copies of each index beside the first.
        shards: Parts of each index.
    """
    settings = {
        "index": {"knn": True, "number_of_shards": shards, "number_of_replicas": replicas},
        "analysis": ANALYSIS,
    }
    for pipeline in pipelines:
        body = {
            "index_patterns": [f"{pipeline}-v*"],
            "template": {"settings": settings, "mappings": index_mapping(dimension)},
        }
        client.indices.put_index_template(name=f"runlore-{pipeline}", body=body)
