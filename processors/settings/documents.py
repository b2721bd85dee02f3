"""Which documents are read, from where, and how they are cut."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json, model_validator

from processors.access_policy import Groups
from processors.settings.addresses import PublicUrl, is_safe
from processors.settings.group import SettingsGroup


class DocumentSource(BaseModel):
    """One repository or folder of documents that `cag_pipeline` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: PublicUrl = Field(
        min_length=1, description="A Git URL without a login, or the path of a Git work tree or plain folder."
    )
    branch: str = Field(
        "", pattern=r"^([^-+:\s][^:\s]*)?$", description="Branch to read; empty: the repository's default."
    )
    folder: str = Field("", description="Only this sub-folder.")
    groups: Groups = Field(("public",), description="Who may see its documents.")
    user: str = Field("", description="User whose token it is; empty: git.")
    token_file: Path | None = Field(None, description="File with a token or password, for https.")
    ssh_key_file: Path | None = Field(None, description="File with a private key, for ssh.")

    @model_validator(mode="after")
    def _require_fitting_credentials(self) -> Self:
        # A token that goes over the network in plain text is known to whoever listens.
        if self.token_file and not is_safe(self.url):
            raise ValueError(f"token_file goes with an https:// address, got {self.url!r}")
        if self.ssh_key_file and not re.match(r"ssh://|[^/]+@[^/]+:", self.url):
            raise ValueError(f"ssh_key_file goes with ssh:// or user@host:path, got {self.url!r}")
        return self


class ConfluenceSpace(BaseModel):
    """One space of a Confluence whose pages `cag_pipeline` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: PublicUrl = Field(
        pattern="^https?://", description="Address, on Cloud with its /wiki, elsewhere with its context path."
    )
    space: str = Field(min_length=1, description="Key of the space.")
    cloud: bool | None = Field(None, description="Whether it is Cloud; empty: by the address.")
    user: str = Field("", description="User, on Cloud an e-mail address; empty: the token alone signs in.")
    token_file: Path | None = Field(None, description="File with the token; empty: no login.")
    groups: Groups = Field(("public",), description="Who may see its pages.")

    @model_validator(mode="after")
    def _require_safe_login(self) -> Self:
        if self.token_file and not is_safe(self.url):
            raise ValueError(f"token_file goes with an https:// address, got {self.url!r}")
        return self

    @property
    def is_cloud(self) -> bool:
        """Whether Cloud's API is spoken."""
        by_address = bool(re.match(r"https://[^/]+\.atlassian\.net(/|$)", self.url))
        return by_address if self.cloud is None else self.cloud

    @property
    def source(self) -> str:
        """The name under which its pages are held; it leads back to them."""
        return f"confluence+{self.url.rstrip('/')}/{self.space}"


def _require_unique_urls(sources: tuple[DocumentSource, ...]) -> tuple[DocumentSource, ...]:
    # What is held of a source is kept by its address.
    urls = [source.url for source in sources]
    twice = sorted({url for url in urls if urls.count(url) > 1})
    if twice:
        raise ValueError(f"each address may stand there once, more often: {', '.join(twice)}")
    return sources


DocumentSources = Annotated[
    tuple[DocumentSource, ...], Field(min_length=1), AfterValidator(_require_unique_urls)
]


class Documents(SettingsGroup):
    """The documents that `cag_pipeline` reads."""

    sources: Json[DocumentSources] = Field(
        alias="RUNLORE_DOCS", description="JSON list of document sources, at least one."
    )
    confluence: Json[tuple[ConfluenceSpace, ...]] = Field(
        (), description="JSON list of Confluence spaces to read."
    )
    model_cards: bool = Field(True, description="Whether MLflow's descriptions of models are documents too.")
    chunk_tokens: int = Field(220, ge=32, description="Upper size of a document chunk, in model tokens.")
    max_page_bytes: int = Field(2_000_000, ge=1000, description="A larger document is reported and not read.")

    @property
    def groups(self) -> list[str]:
        """Every group that a document source names, and the public."""
        named: tuple[DocumentSource | ConfluenceSpace, ...] = (*self.sources, *self.confluence)
        return sorted({"public", *(group for source in named for group in source.groups)})
