"""KServe's server of a language model."""

from kserve.model_server import app as kserve_app

from serving.model_server.bound_server import BoundModelServer, extend_application
from serving.model_server.generate_routes import make_generate_router
from serving.model_server.kserve_models import WritingModel
from serving.model_server.language import metrics
from serving.model_server.language.engine import Run
from serving.model_server.language.generation import make_write
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.openai_api.routes import make_chat_router, make_models_router

_SAYS = (
    "A language model that is too small to answer questions: it shows that the way to a real one works. "
    "The embedded extractive model quotes, and stays the default."
)


def serve(run: Run, settings: LanguageSettings) -> None:
    """Serve until told to stop; the model is loaded by now, so listening means ready."""
    write = make_write(run, settings)
    kserve_app.include_router(make_chat_router(settings.llm, write))
    kserve_app.include_router(make_models_router({settings.llm: _SAYS}))
    kserve_app.include_router(make_generate_router(settings.llm, write))
    extend_application(kserve_app)
    metrics.MODEL.labels(settings.llm).set(1)
    models = [WritingModel(settings.llm, write, lambda: True)]
    BoundModelServer(settings.llm_host, settings.llm_port).start(models)
