"""Settings of the model server: one frozen object, read from `RUNLORE_*` at the edge."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGED_MODEL = "all-minilm-l6-v2"
ANSWERING_MODEL = "extractive"


class ModelServerSettings(BaseSettings):
    """What the model server may be told from outside."""

    model_config = SettingsConfigDict(
        env_prefix="RUNLORE_", frozen=True, extra="ignore", protected_namespaces=()
    )

    log_level: str = Field("WARNING", description="Least severe level that is logged; a request is INFO.")
    code_commit: str = Field("unknown", description="Commit of the code that runs, for the logs.")
    model_server_host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 in a container.")
    model_server_port: int = Field(23009, ge=1, le=65535, description="HTTP port.")
    embedding_model: str = Field(
        PACKAGED_MODEL, description="Name under which the embedding model is served."
    )
    embedding_dimension: int = Field(384, ge=1, description="Length of a vector; checked against the model.")
    embedding_query_prefix: str = Field(
        "",
        description="Put before a question that sources are quoted for, as the model was trained to see it.",
    )
    embedding_passage_prefix: str = Field(
        "", description="Put before what is quoted, as the model was trained to see it."
    )
    embedding_languages: str = Field("en", description="Languages that the model reads, such as en,ru.")
    model_folder: Path | None = Field(
        None, description="sentence-transformers folder; empty: the packaged model."
    )
    model_weights: Literal["float", "int8"] = Field(
        "float",
        description="How the weights are kept; int8 takes less memory and is a little less exact.",
    )
    model_threads: int = Field(
        0, ge=0, description="Threads of the embedding model; 0: as many as there are cores."
    )
    model_batch_texts: int = Field(8, ge=1, description="Most texts in one inference.")
    model_query_queue_texts: int = Field(512, ge=1, description="Most queries waiting before a 503.")
    model_answer_queue_texts: int = Field(2048, ge=1, description="Most answer units waiting before a 503.")
    model_bulk_queue_texts: int = Field(8192, ge=1, description="Most bulk texts waiting before a 503.")
    model_unit_cache_entries: int = Field(20_000, ge=1, description="Vectors of source units kept in memory.")
