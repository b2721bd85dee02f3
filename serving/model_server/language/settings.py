"""Settings of the language model's server: one frozen object, read from `RUNLORE_*` at the edge."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LanguageSettings(BaseSettings):
    """What the server of a language model may be told from outside."""

    model_config = SettingsConfigDict(env_prefix="RUNLORE_", frozen=True, extra="ignore")

    log_level: str = Field("WARNING", description="Least severe level that is logged; a request is INFO.")
    code_commit: str = Field("unknown", description="Commit of the code that runs, for the logs.")
    llm: str = Field(description="Name under which the model is served.")
    llm_file: Path = Field(description="Its weights, a GGUF file.")
    llm_packages: Path | None = Field(
        None, description="Folder of the package xllamacpp, if the environment doesn't have it."
    )
    llm_prompt: Literal["chat", "plain"] = Field(
        "chat", description="`chat`: by the template in the file; `plain`: one text, for a model without one."
    )
    llm_host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 in a container.")
    llm_port: int = Field(23021, ge=1, le=65535, description="HTTP port.")
    llm_threads: int = Field(1, ge=1, description="Threads that compute; the other cores are for the rest.")
    llm_context_tokens: int = Field(4096, ge=256, description="Most tokens of prompt and answer together.")
    llm_answer_tokens: int = Field(256, ge=1, description="Most tokens of an answer that sets no limit.")
    llm_queue: int = Field(8, ge=1, description="Most requests waiting before a 503.")
