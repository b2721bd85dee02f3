"""Entry point: `python -m serving.model_server`."""

import gc
import sys

import structlog

from serving.model_server.embedder import ModelLoadError, load_embedder
from serving.model_server.logs import configure_logging
from serving.model_server.settings import ModelServerSettings


def main() -> int:
    """Load the model, then serve it.

    Returns:
        The exit status: 1 if the model can't be loaded.
    """
    settings = ModelServerSettings()
    configure_logging(settings.log_level, "model-server", settings.code_commit)
    logger = structlog.get_logger("serving.model_server")
    try:
        embedder = load_embedder(settings)
    except ModelLoadError as error:
        logger.critical(str(error))
        return 1
    # KServe is imported only now: it takes seconds, and a model that can't be loaded should be told at once.
    from serving.model_server.server import serve

    serve(embedder, settings)
    # Looking for garbage among all that the libraries have loaded takes Python ten seconds, for nothing.
    gc.freeze()
    return 0


if __name__ == "__main__":
    sys.exit(main())
