"""The model server: an embedding model, and the extractive model that answers by its vectors."""

from kserve.model_server import app as kserve_app

from serving.model_server import metrics
from serving.model_server.bound_server import BoundModelServer, extend_application
from serving.model_server.embedder import Embedder
from serving.model_server.extractive.model import TextForm, make_answer
from serving.model_server.extractive.pieces import make_write
from serving.model_server.generate_routes import make_generate_router
from serving.model_server.kserve_models import EmbeddingModel, WritingModel
from serving.model_server.openai_api.routes import (
    make_chat_router,
    make_embeddings_router,
    make_models_router,
)
from serving.model_server.settings import ANSWERING_MODEL, ModelServerSettings
from serving.model_server.worker import InferenceWorker, Priority

_EMBEDS = "Makes vectors of texts."
_QUOTES = "Answers by quoting the sources of the prompt; no language model."


def make_worker(embedder: Embedder, settings: ModelServerSettings) -> InferenceWorker:
    """Build the worker with the bounds of the settings."""
    bounds = {
        Priority.QUERY: settings.model_query_queue_texts,
        Priority.ANSWER: settings.model_answer_queue_texts,
        Priority.BULK: settings.model_bulk_queue_texts,
    }
    return InferenceWorker(
        embedder.read, embedder.infer, embedder.dimension, settings.model_batch_texts, bounds
    )


def serve(embedder: Embedder, settings: ModelServerSettings) -> None:
    """Serve until told to stop; the model is warm by now, so listening means ready."""
    worker = make_worker(embedder, settings)
    worker.start()
    form = TextForm(
        settings.embedding_query_prefix,
        settings.embedding_passage_prefix,
        "ru" in settings.embedding_languages,
    )
    write = make_write(make_answer(worker, settings.model_unit_cache_entries, form))
    kserve_app.include_router(make_embeddings_router(embedder, worker, settings.model_batch_texts))
    kserve_app.include_router(make_chat_router(ANSWERING_MODEL, write))
    kserve_app.include_router(make_models_router({embedder.name: _EMBEDS, ANSWERING_MODEL: _QUOTES}))
    kserve_app.include_router(make_generate_router(ANSWERING_MODEL, write))
    extend_application(kserve_app)
    metrics.MODEL.labels(embedder.name, embedder.revision).set(1)
    models = [
        EmbeddingModel(embedder, worker, settings.model_batch_texts),
        WritingModel(ANSWERING_MODEL, write, worker.is_alive),
    ]
    try:
        BoundModelServer(settings.model_server_host, settings.model_server_port).start(models)
    finally:
        worker.stop()
