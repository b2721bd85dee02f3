"""The models: what embeds, what answers, and the server of both."""

import hashlib
import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from processors.settings.group import SettingsGroup, variables

# E5 models by their authors' names, such as intfloat/multilingual-e5-large.
_E5: Final = re.compile(r"(?:^|[/_.-])e5(?:[/_.-]|$)", re.IGNORECASE)


class KServe(SettingsGroup, alias_generator=variables("RUNLORE_KSERVE_")):
    """The model server."""

    url: str

    @property
    def openai_url(self) -> str:
        """Base URL of its routes that are OpenAI's."""
        return f"{self.url}/openai/v1"


class Embedding(SettingsGroup, alias_generator=variables("RUNLORE_EMBEDDING_")):
    """The embedding model, and what it was trained to see."""

    model: str = "all-minilm-l6-v2"
    dimension: int = Field(384, ge=1)
    query_prefix_override: str = Field(
        "",
        alias="RUNLORE_EMBEDDING_QUERY_PREFIX",
        description="Put before what is asked; empty: by the model.",
    )
    passage_prefix_override: str = Field(
        "",
        alias="RUNLORE_EMBEDDING_PASSAGE_PREFIX",
        description="Put before what is kept; empty: by the model.",
    )
    languages: str = Field(
        "en", pattern="^[a-z]{2}(, ?[a-z]{2})*$", description="Languages that the model reads."
    )
    fallback: str = Field(
        "", description="Command that embeds the texts on its standard input when the model server is down."
    )
    spark: str = Field(
        "",
        description="Command that each Python worker of Spark keeps and embeds by; empty: the model server.",
    )
    tokenizer_file: Path = Field(
        alias="RUNLORE_TOKENIZER_FILE",
        description="tokenizer.json of the embedding model; it measures chunks.",
    )

    @property
    def query_prefix(self) -> str:
        """What the model was trained to see before a question."""
        return self.query_prefix_override or ("query: " if _E5.search(self.model) else "")

    @property
    def passage_prefix(self) -> str:
        """What the model was trained to see before a passage."""
        return self.passage_prefix_override or ("passage: " if _E5.search(self.model) else "")

    @property
    def reads_russian(self) -> bool:
        """Whether the model understands a Russian question, so that none needs to be translated."""
        return "ru" in self.languages or "multilingual" in self.model.lower()

    @property
    def identity(self) -> str:
        """The name under which vectors are kept: the same model with other prefixes makes other vectors."""
        prefixes = f"{self.query_prefix}|{self.passage_prefix}"
        marker = f"+{hashlib.sha256(prefixes.encode()).hexdigest()[:8]}" if prefixes != "|" else ""
        return f"{self.model}{marker}"


class Answering(SettingsGroup, alias_generator=variables("RUNLORE_ANSWERING_")):
    """The answering model, and what it is given and asked to do."""

    model: str = "extractive"
    url: str = Field(
        "", description="Base URL of the answering model's routes; empty: that of the model server."
    )
    protocol: Literal["openai", "v2"] = Field(
        "openai", description="How the answering model is asked: OpenAI's routes, or KServe's V2 inference."
    )
    source_tokens: int = Field(
        3_500,
        ge=200,
        alias="RUNLORE_SOURCE_TOKENS",
        description="Most tokens of the sources that a model is given with a question.",
    )
    follow_ups: Literal["rules", "model", "off"] = Field(
        "rules",
        alias="RUNLORE_FOLLOW_UPS",
        description="Who makes a follow-up question whole; `model` is the answering model.",
    )
    withhold_uncited: bool = Field(
        False,
        alias="RUNLORE_WITHHOLD_UNCITED",
        description="Whether passages are shown in place of an answer that cites none of them.",
    )
    abstain: bool = Field(
        True,
        alias="RUNLORE_ABSTAIN",
        description="Whether a question without evidence gets no more than that said.",
    )
