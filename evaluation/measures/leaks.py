"""Does a version show anybody what their groups don't allow?

Two looks, because a leak has two causes: a chunk may be labelled wrongly (`leak_labels.py`), or the search
may not keep to the labels (`leak_probes.py`).
"""

from typing import Final, TypedDict

from opensearchpy import OpenSearch

from evaluation.measures.leak_groups import Leak, name_groups
from evaluation.measures.leak_labels import compare_groups
from evaluation.measures.leak_probes import probe_groups
from processors.knowledge.chunk import Pipeline
from processors.settings import Settings

_EXAMPLES: Final = 5


class LeakReport(TypedDict):
    """What was looked at in a version, and what leaked.

    `checked` counts the chunks whose groups were compared with those of their source, `asked` the queries
    that were asked without the groups, `leaked` the chunks and queries of them at fault.
    """

    checked: int
    asked: int
    leaked: int
    examples: list[Leak]


def find_leaks(client: OpenSearch, pipeline: Pipeline, index: str, settings: Settings) -> LeakReport:
    """Look for what a version would show to those who must not see it.

    Args:
        client: OpenSearch.
        pipeline: Whose version it is.
        index: A version's own name, with its slices where it has some.
        settings: Name the sources with their groups, and the embedding model.
    """
    groups = name_groups(settings)
    checked, mislabelled, examples = compare_groups(client, index, groups)
    asked, shown = probe_groups(client, pipeline, index, settings, groups)
    leaks = [*examples, *shown]
    documents = {leak["doc_id"]: leak for leak in reversed(leaks)}
    return LeakReport(
        checked=checked,
        asked=asked,
        leaked=mislabelled + len(shown),
        examples=list(reversed(documents.values()))[:_EXAMPLES],
    )
