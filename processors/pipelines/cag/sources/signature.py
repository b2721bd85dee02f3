"""What decides how a page becomes chunks of an index: a change of any of it means reading all pages again."""

from processors.knowledge.chunk import index_mapping, make_id
from processors.knowledge.markdown import CHUNKER
from processors.settings import Settings
from processors.stores.search import ANALYSIS


def sign_processing(settings: Settings) -> str:
    """Return the signature of model, chunker, analysers and sizes, as they are set now."""
    mapping = index_mapping(settings.embedding.dimension)
    sizes = (settings.documents.chunk_tokens, settings.documents.max_page_bytes)
    return make_id(CHUNKER, settings.embedding.identity, mapping, ANALYSIS, *sizes)
