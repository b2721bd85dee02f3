"""Files to a search by Haystack: its converter, splitter, embedder and writer, with their defaults.

Runs in the environment `peers`. The index is Lucene's, as ours, because the server has no other engine.
"""

from typing import Any

from evaluation.benchmarks.peers.telling import Asked, Peer, answer


def prepare(asked: Asked) -> Peer:
    """Load the model, make the pipeline and the index."""
    # Our own environment, in which this module is looked at, doesn't have them.
    from haystack import Pipeline  # type: ignore[import-not-found]
    from haystack.components.converters import MarkdownToDocument  # type: ignore[import-not-found]
    from haystack.components.preprocessors import DocumentSplitter  # type: ignore[import-not-found]
    from haystack.components.writers import DocumentWriter  # type: ignore[import-not-found]
    from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found]
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.document_stores.opensearch import (  # type: ignore[import-not-found]
        OpenSearchDocumentStore,
    )

    chosen: dict[str, Any] = {"model": asked.model, "backend": asked.backend, "progress_bar": False}
    embedder = SentenceTransformersDocumentEmbedder(**chosen)
    of_text = SentenceTransformersTextEmbedder(**chosen)
    for one in (embedder, of_text):
        one.warm_up()
    of_text.run("The first text takes longer than others.")
    method = {"name": "hnsw", "engine": "lucene", "space_type": "l2"}
    store = OpenSearchDocumentStore(hosts=asked.address, index=asked.place, embedding_dim=384, method=method)
    pipeline = Pipeline()
    parts = {
        "converter": MarkdownToDocument(progress_bar=False),
        "splitter": DocumentSplitter(),
        "embedder": embedder,
        "writer": DocumentWriter(store),
    }
    for name, part in parts.items():
        pipeline.add_component(name, part)
    for name, after in zip(list(parts)[:-1], list(parts)[1:], strict=True):
        pipeline.connect(f"{name}.documents", f"{after}.documents")

    def bring_in() -> list[str]:
        told = pipeline.run({"converter": {"sources": asked.files}}, include_outputs_from={"splitter"})
        return [document.content for document in told["splitter"]["documents"]]

    def find(text: str) -> str:
        vector = of_text.run(text)["embedding"]
        return str(store._embedding_retrieval(vector, top_k=1)[0].content)

    return bring_in, find


if __name__ == "__main__":
    answer(prepare)
