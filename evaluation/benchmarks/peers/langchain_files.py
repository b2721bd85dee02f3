"""Files to a search by LangChain: the loader, splitter and store of its tutorials, with their sizes.

Runs in the environment `peers`. The index is Lucene's, as ours, because the server has no other engine.
"""

from evaluation.benchmarks.peers.telling import Asked, Peer, answer


def prepare(asked: Asked) -> Peer:
    """Load the model and make the store."""
    # Our own environment, in which this module is looked at, doesn't have them.
    from langchain_community.document_loaders import TextLoader  # type: ignore[import-not-found]
    from langchain_community.vectorstores import OpenSearchVectorSearch  # type: ignore[import-not-found]
    from langchain_huggingface import HuggingFaceEmbeddings  # type: ignore[import-not-found]
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # type: ignore[import-not-found]

    embedding = HuggingFaceEmbeddings(model_name=asked.model, model_kwargs={"backend": asked.backend})
    embedding.embed_query("The first text takes longer than others.")
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    store = OpenSearchVectorSearch(asked.address, asked.place, embedding, engine="lucene")

    def bring_in() -> list[str]:
        pages = [page for file in asked.files for page in TextLoader(file, encoding="utf-8").load()]
        chunks = splitter.split_documents(pages)
        # By default it refuses more than 500 at once.
        store.add_documents(chunks, engine="lucene", bulk_size=len(chunks))
        return [chunk.page_content for chunk in chunks]

    def find(text: str) -> str:
        return str(store.similarity_search(text, k=1)[0].page_content)

    return bring_in, find


if __name__ == "__main__":
    answer(prepare)
