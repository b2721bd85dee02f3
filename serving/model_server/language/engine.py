"""llama.cpp in this process: a function that is given each piece of an answer, and says whether to stop."""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serving.model_server.language.settings import LanguageSettings

Event = dict[str, Any]
Run = Callable[[dict[str, Any], Callable[[Event], bool]], None]
"""Runs a request to its end; what takes the events returns True to break it off."""


class EngineError(RuntimeError):
    """The model can't be served; the message says why and what to do."""


def open_engine(settings: LanguageSettings) -> Run:
    """Load the model.

    Raises:
        EngineError: There is no engine, or no model that it can read.
    """
    if settings.llm_packages:
        sys.path.append(str(settings.llm_packages))
    try:
        import xllamacpp
    except ImportError as error:
        raise EngineError(
            f"xllamacpp can't be imported: {error}. It comes with a model: set RUNLORE_LLM, run `make setup`"
        ) from error
    if not Path(settings.llm_file).is_file():
        raise EngineError(f"no {settings.llm_file}: set RUNLORE_LLM and run `make setup`")
    params = xllamacpp.CommonParams()
    params.model.path = str(settings.llm_file)
    params.n_ctx = settings.llm_context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.llm_threads
    params.cache_ram_mib = 0
    params.verbosity = -1
    # llama.cpp opens a port of its own beside ours, on this machine only; nobody knows its key.
    params.api_keys = [secrets.token_hex()]
    params.ui = False
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineError(f"llama.cpp can't load {settings.llm_file}: {error}") from error
    run: Run = server.handle_completions if settings.llm_prompt == "plain" else server.handle_chat_completions
    return run
