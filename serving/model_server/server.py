"""KServe's server, bound to the configured address."""

from fastapi import FastAPI
from kserve import ModelServer
from kserve.model_server import app as kserve_app

from serving.model_server import metrics
from serving.model_server.embedder import Embedder
from serving.model_server.extractive.model import make_answer
from serving.model_server.generate_routes import make_generate_router
from serving.model_server.kserve_models import EmbeddingModel, ExtractiveModel
from serving.model_server.logs import CorrelationMiddleware
from serving.model_server.openai_api.errors import OpenAIError, render_openai_error, render_queue_full
from serving.model_server.openai_api.routes import Answer, make_router
from serving.model_server.settings import ModelServerSettings
from serving.model_server.worker import InferenceWorker, Priority, QueueFullError


class BoundModelServer(ModelServer):  # type: ignore[misc] # kserve ships no types
    """KServe's server listens on every interface and logs each request; neither is configurable there."""

    def __init__(self, host: str, port: int) -> None:
        """Prepare a server without gRPC for an address."""
        super().__init__(http_port=port, enable_grpc=False, enable_latency_logging=False)
        self._host = host

    def setup_event_loop(self) -> None:
        """Prepare the loop; KServe calls this after it has made its REST server and before that listens."""
        self._rest_server.config.host = self._host
        self._rest_server.config.access_log = False
        super().setup_event_loop()


def make_worker(embedder: Embedder, settings: ModelServerSettings) -> InferenceWorker:
    """Build the worker with the bounds of the settings."""
    bounds = {
        Priority.QUERY: settings.model_query_queue_texts,
        Priority.ANSWER: settings.model_answer_queue_texts,
        Priority.BULK: settings.model_bulk_queue_texts,
    }
    return InferenceWorker(embedder.infer, embedder.dimension, settings.model_batch_texts, bounds)


def extend_application(
    app: FastAPI, embedder: Embedder, worker: InferenceWorker, answer: Answer, settings: ModelServerSettings
) -> None:
    """Add what KServe's application lacks: OpenAI's routes and errors, V2 generation, the correlation id.

    Args:
        app: KServe's application; changed in place.
        embedder: The embedding model.
        worker: Computes its vectors.
        answer: The extractive model.
        settings: Of the model server.
    """
    app.include_router(make_router(embedder, worker, answer, settings.model_batch_texts))
    app.include_router(make_generate_router(answer))
    app.add_exception_handler(OpenAIError, render_openai_error)
    app.add_exception_handler(QueueFullError, render_queue_full)
    app.add_middleware(CorrelationMiddleware)


def serve(embedder: Embedder, settings: ModelServerSettings) -> None:
    """Serve until told to stop; the model is warm by now, so listening means ready."""
    worker = make_worker(embedder, settings)
    worker.start()
    answer = make_answer(worker, settings.model_unit_cache_entries)
    extend_application(kserve_app, embedder, worker, answer, settings)
    metrics.MODEL.labels(embedder.name, embedder.revision).set(1)
    models = [
        EmbeddingModel(embedder, worker, settings.model_batch_texts),
        ExtractiveModel(answer, worker),
    ]
    try:
        BoundModelServer(settings.model_server_host, settings.model_server_port).start(models)
    finally:
        worker.stop()
