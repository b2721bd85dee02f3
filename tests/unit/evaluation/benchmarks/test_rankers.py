"""The simple rankings are what they are said to be."""

from evaluation.benchmarks.rankers import (
    DEPTH,
    build_bm25_query,
    build_dense_query,
    build_plain_hybrid_query,
    plain_index,
)


def test_the_plain_index_has_nothing_of_ours() -> None:
    properties = plain_index(3)["mappings"]["properties"]
    assert properties["text"] == properties["title"] == {"type": "text", "analyzer": "english"}
    assert properties["embedding"]["dimension"] == 3


def test_the_hybrid_averages_both_and_nothing_else() -> None:
    body = build_plain_hybrid_query("q", [0.5])
    assert body["query"]["hybrid"]["queries"] == [
        build_bm25_query("q")["query"],
        build_dense_query([0.5])["query"],
    ]
    processor = body["search_pipeline"]["phase_results_processors"][0]["normalization-processor"]
    assert processor["combination"]["parameters"]["weights"] == [0.5, 0.5]
    assert body["size"] == DEPTH
