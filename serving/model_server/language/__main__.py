"""Entry point: `python -m serving.model_server.language`."""

import sys

import structlog

from serving.model_server.language.engine import EngineError, open_engine
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.logs import configure_logging


def main() -> int:
    """Load the model, then serve it.

    Returns:
        The exit status: 1 if the model can't be loaded.
    """
    settings = LanguageSettings()
    configure_logging(settings.log_level, "language-model", settings.code_commit)
    try:
        run = open_engine(settings)
    except EngineError as error:
        structlog.get_logger("serving.model_server.language").critical(str(error))
        return 1
    # KServe is imported only now: it takes seconds, and a model that can't be loaded should be told at once.
    from serving.model_server.language.server import serve

    serve(run, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
