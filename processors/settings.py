"""What every component of the platform is told from outside: one frozen object, read once at the edge."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from processors.access_policy import Groups, load_policy

# E5 models by their authors' names, such as intfloat/multilingual-e5-large.
_E5: Final = re.compile(r"(?:^|[/_.-])e5(?:[/_.-]|$)", re.IGNORECASE)


def _require_pattern(pattern: str) -> str:
    try:
        found = re.compile(pattern).search("")
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if found:
        raise ValueError(f"{pattern!r} finds a secret in an empty text")
    return pattern


def _require_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone such as UTC or Europe/Berlin")
    return name


def _require_trusted(url: str) -> str:
    # Keys that come over a network where others can change them let those others in.
    if url and not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", url):
        raise ValueError(f"must be an https:// address, got {url!r}")
    return url


def _require_log_names(url: str) -> str:
    names = ("service", "topic", "partition", "offset", "file", "begin", "end", "begin_ms", "end_ms")
    try:
        url.format_map(dict.fromkeys(names, ""))
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise ValueError(f"may name only {', '.join(names)} in braces; a brace itself is doubled") from error
    return url


def _require_policy(path: Path | None) -> Path | None:
    try:
        load_policy(path)
    except OSError as error:
        raise ValueError(f"can't be read: {error}") from error
    return path


def _refuse_login(url: str) -> str:
    # The address is stored with every chunk and shown in citations. A user alone, as in ssh://git@host, is
    # no secret.
    if re.match(r"https?://[^/@]+@|\w+://[^/@]*:[^/@]*@", url):
        raise ValueError(
            "carries a login; name a file with the token as token_file, or keep it where Git finds it"
        )
    if url.startswith("-"):
        raise ValueError("begins with a dash, which Git would take for an option")
    return url


Patterns = tuple[Annotated[str, AfterValidator(_require_pattern)], ...]


class DocumentSource(BaseModel):
    """One repository or folder of documents that `cag_pipeline` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, AfterValidator(_refuse_login)] = Field(
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
        if self.token_file and not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", self.url):
            raise ValueError(f"token_file goes with an https:// address, got {self.url!r}")
        if self.ssh_key_file and not re.match(r"ssh://|[^/]+@[^/]+:", self.url):
            raise ValueError(f"ssh_key_file goes with ssh:// or user@host:path, got {self.url!r}")
        return self


def _require_unique_urls(sources: tuple[DocumentSource, ...]) -> tuple[DocumentSource, ...]:
    # What is held of a source is kept by its address.
    urls = [source.url for source in sources]
    twice = sorted({url for url in urls if urls.count(url) > 1})
    if twice:
        raise ValueError(f"each address may stand there once, more often: {', '.join(twice)}")
    return sources


class ConfluenceSpace(BaseModel):
    """One space of a Confluence whose pages `cag_pipeline` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, AfterValidator(_refuse_login)] = Field(
        pattern="^https?://", description="Address, on Cloud with its /wiki, elsewhere with its context path."
    )
    space: str = Field(min_length=1, description="Key of the space.")
    cloud: bool | None = Field(None, description="Whether it is Cloud; empty: by the address.")
    user: str = Field("", description="User, on Cloud an e-mail address; empty: the token alone signs in.")
    token_file: Path | None = Field(None, description="File with the token; empty: no login.")
    groups: Groups = Field(("public",), description="Who may see its pages.")

    @model_validator(mode="after")
    def _require_safe_login(self) -> Self:
        if self.token_file and not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", self.url):
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


class LogIndex(BaseModel):
    """Log lines in an OpenSearch of yours; the DAG `collect` reads along and changes nothing there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(min_length=1, description="Address of that OpenSearch.")
    index: str = Field(min_length=1, description="Index, alias, data stream or pattern such as app-logs-*.")
    time_field: str = Field(
        "@timestamp", min_length=1, description="Date field that says when a line was written."
    )
    history_hours: int = Field(24, ge=0, description="How far back the first collection begins.")
    user: str = Field("", description="User who may read the index; empty: no login.")
    password_file: Path | None = Field(None, description="File with the user's password.")
    ca_file: Path | None = Field(None, description="Certificate authority, if the system doesn't know it.")


class Settings(BaseSettings):
    """Addresses and knobs of the platform; each is the environment variable `RUNLORE_<NAME>`."""

    # The value isn't shown, for it may hold a password: the name and what is wrong are enough.
    model_config = SettingsConfigDict(
        env_prefix="RUNLORE_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    url: str = Field(description="Public address of the service, used in citation links.")
    opensearch_url: str
    kafka_bootstrap: str
    redis_url: str
    mlflow_tracking_uri: str
    kserve_url: str
    prometheus_url: str
    staging_url: str = Field(description="Where stages hand Parquet to each other: file:// or s3://.")
    work_dir: Path = Field(description="Local folder for Git mirrors and other caches that can be lost.")
    tokenizer_file: Path = Field(description="tokenizer.json of the embedding model; it measures chunks.")
    api_key_file: Path
    mask_key_file: Path = Field(description="File with the key of the hashes that stand for masked secrets.")
    docs: Annotated[tuple[DocumentSource, ...], AfterValidator(_require_unique_urls)] = Field(
        min_length=1, description="JSON list of document sources."
    )

    service_host: str = Field(
        "127.0.0.1", min_length=1, description="Address that the service listens on; 0.0.0.0 in a container."
    )
    kafka_replication: int = Field(
        1, ge=1, description="Replicas of each topic that is created; at most as many as there are brokers."
    )
    opensearch_replicas: int = Field(
        0, ge=0, description="Copies of each index beside the first, of versions and slices made from now on."
    )

    api_keys_file: Path | None = Field(
        None, description="JSON object of named keys: the SHA-256 of each and its groups; empty: none."
    )
    openwebui_jwt_secret_file: Path | None = Field(
        None, description="File with the secret by which Open WebUI signs who asks; empty: not believed."
    )
    user_groups_file: Path | None = Field(
        None, description="JSON object of the groups of Open WebUI's users and roles; empty: none."
    )
    oidc_issuer: Annotated[str, AfterValidator(_require_trusted)] = Field(
        "", description="Issuer whose tokens are taken instead of a key; empty: none."
    )
    oidc_audience: str = Field("", description="Audience that such a token must name.")
    oidc_jwks_url: Annotated[str, AfterValidator(_require_trusted)] = Field(
        "", description="Where the issuer's public keys are; empty: as its discovery document says."
    )
    oidc_groups_claim: str = Field("groups", min_length=1, description="Claim that lists the user's groups.")
    access_policy_file: Annotated[Path | None, AfterValidator(_require_policy)] = Field(
        None, description="YAML file that says who may see logs, metrics, objects and runs; empty: everybody."
    )
    citation_link_seconds: int = Field(3600, ge=60, description="How long a link to a source can be opened.")
    requests_per_minute: int = Field(0, ge=0, description="Questions of one user in a minute; 0: any number.")
    tokens_per_minute: int = Field(0, ge=0, description="Tokens of one user in a minute; 0: any number.")
    page_requests_per_minute: int = Field(
        600,
        ge=0,
        description="Requests of one user or address in a minute for what is no question; 0: any number.",
    )
    max_body_bytes: int = Field(10_000_000, ge=1000, description="A larger request is refused.")
    max_context_tokens: int = Field(
        128_000, ge=0, description="A conversation of more tokens, as estimated, is refused; 0: none."
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="JSON list of the origins whose pages may ask from a browser."
    )
    audit_file: Path | None = Field(None, description="File of the audit log; empty: none is kept.")

    confluence: tuple[ConfluenceSpace, ...] = Field((), description="JSON list of Confluence spaces to read.")
    model_cards: bool = Field(True, description="Whether MLflow's descriptions of models are documents too.")

    embedding_model: str = "all-minilm-l6-v2"
    embedding_dimension: int = Field(384, ge=1)
    embedding_query_prefix: str = Field("", description="Put before what is asked; empty: by the model.")
    embedding_passage_prefix: str = Field("", description="Put before what is kept; empty: by the model.")
    embedding_languages: str = Field(
        "en", pattern="^[a-z]{2}(, ?[a-z]{2})*$", description="Languages that the model reads."
    )
    embedding_fallback: str = Field(
        "", description="Command that embeds the texts on its standard input when the model server is down."
    )
    answering_model: str = "extractive"
    answering_url: str = Field(
        "", description="Base URL of the answering model's routes; empty: that of the model server."
    )
    answering_protocol: Literal["openai", "v2"] = Field(
        "openai", description="How the answering model is asked: OpenAI's routes, or KServe's V2 inference."
    )
    search_timeout_seconds: float = Field(3.0, gt=0, description="How long the service waits for a search.")
    embedding_timeout_seconds: float = Field(
        2.0, gt=0, description="How long a question waits for its vector; then words alone are searched."
    )
    model_connect_seconds: float = Field(
        2.0, gt=0, description="How long the service waits for a connection to a model."
    )
    model_first_seconds: float = Field(
        20.0, gt=0, description="How long the answering model may take to begin; then passages are shown."
    )
    model_gap_seconds: float = Field(
        10.0,
        gt=0,
        description="How long an answer that has begun may stand still; then it ends with an error.",
    )
    request_seconds: float = Field(
        60.0, gt=0, description="How long a request may take, its stream included."
    )
    breaker_failures: int = Field(
        5, ge=1, description="Failures in a row after which a part is left alone for a while."
    )
    breaker_rest_seconds: float = Field(
        2.0, gt=0, description="How long it is left alone before one call tries again."
    )
    source_tokens: int = Field(
        3_500, ge=200, description="Most tokens of the sources that a model is given with a question."
    )
    follow_ups: Literal["rules", "model", "off"] = Field(
        "rules", description="Who makes a follow-up question whole; `model` is the answering model."
    )
    abstain: bool = Field(
        True, description="Whether a question without evidence gets no more than that said."
    )
    logs_ui_url: Annotated[str, AfterValidator(_require_log_names)] = Field(
        "", description="Address that shows log lines, with {service}, {begin}, {end} …; empty: our page."
    )
    neural_search: bool = Field(
        False, description="Whether OpenSearch makes the vectors of questions, by its plugin for models."
    )
    reranker: Literal["", "sentences"] = Field(
        "", description="Whether the best hits are read again, sentence by sentence; empty: no."
    )
    shadow_share: float = Field(
        0.0, ge=0, le=1, description="Share of the live questions that is also asked of a candidate."
    )
    shadow_seconds: int = Field(
        0, ge=0, le=3600, description="How long a candidate that passed the gate is read in the shadow."
    )
    chunk_tokens: int = Field(220, ge=32, description="Upper size of a document chunk, in model tokens.")
    max_page_bytes: int = Field(2_000_000, ge=1000, description="A larger document is reported and not read.")

    time_zone: Annotated[str, AfterValidator(_require_zone)] = Field(
        "UTC", description='Time zone of those who ask: what "yesterday at 10" means.'
    )

    noise: tuple[re.Pattern[str], ...] = Field(
        (), description="JSON list of regular expressions; log lines that one of them finds are left out."
    )
    max_events_per_run: int = Field(50_000, ge=1, description="A run drains at most this many Kafka events.")
    sweep_seconds: int = Field(30, ge=5, description="How often rag_pipeline looks without being woken.")
    collect_seconds: int = Field(300, ge=15, description="How often metrics are collected.")
    queries_file: Path | None = Field(
        None, description="What to ask Prometheus; empty: the list that comes along."
    )
    prometheus_ui_url: str = Field("", description="Address of Prometheus for people, if it is another one.")
    rebuild_hours: int = Field(
        24, ge=1, description="How long a run may take that builds a version, of documents or from history."
    )
    kept_versions: int = Field(5, ge=2, description="How many index versions of a pipeline are kept.")
    alertmanager_url: str = Field(
        "", description="Alertmanager that is told of a refused version; empty: none."
    )
    slice_hours: int = Field(24, ge=1, description="A slice of a rag version that is as old is closed.")
    slice_bytes: int = Field(2 * 10**9, ge=10**6, description="A slice that is as large is closed.")
    retention_days: int = Field(14, ge=1, description="A slice goes when it was closed so long ago.")
    retention_bytes: int = Field(
        20 * 10**9, ge=10**6, description="The oldest slices of a version go while all are larger than this."
    )
    cache_ttl_seconds: int = Field(86_400, ge=60)
    airflow_url: str = Field("", description="Airflow whose runs are collected; empty: none.")
    airflow_user: str = Field("viewer", description="User who may read DAG runs and task logs.")
    airflow_passwords_file: Path | None = Field(None, description="JSON object of user name and password.")
    airflow_ui_url: str = Field("", description="Address of Airflow for people, if it is another one.")
    mlflow_ui_url: str = Field("", description="Address of MLflow for people, if it is another one.")
    mlflow_history_days: int = Field(
        30, ge=0, description="How far back the first collection of MLflow begins."
    )
    mlflow_runs_per_collect: int = Field(
        500, ge=1, description="Most changed runs that one collection sends."
    )
    log_indices: tuple[LogIndex, ...] = Field(
        (), description="JSON list of existing log indices to read along."
    )
    log_lines_per_collect: int = Field(
        20_000, ge=1, description="Most lines that one collection sends per index."
    )
    log_overlap_seconds: int = Field(60, ge=0, description="How late a line may appear in a log index.")
    airflow_log_days: int = Field(
        7, ge=1, description="How long Airflow's task logs and finished runs are kept."
    )
    airflow_database_url: SecretStr = Field(
        SecretStr(""),
        description="Airflow's database, for the DAG maintain; empty: its tables are left alone.",
    )
    staging_days: int = Field(7, ge=1, description="How long staging folders are kept.")
    kubeconfig: str = Field("", description="kubeconfig file of the cluster to watch; empty: none.")
    watch_seconds: int = Field(300, ge=10, description="How long one run of watch_kubernetes watches.")
    mask_emails: bool = Field(True, description="Whether e-mail addresses are masked like secrets.")
    mask_personal_numbers: bool = Field(
        False,
        description="Whether Russian passport, insurance, taxpayer and telephone numbers are masked.",
    )
    redaction_patterns: Patterns = Field((), description="JSON list of more regular expressions of secrets.")
    code_commit: str = Field("unknown", description="Commit of the code that runs, kept with every version.")
    log_level: str = Field("WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _require_audience(self) -> Self:
        # Without it a token that the issuer made for any other service would do.
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("RUNLORE_OIDC_ISSUER needs RUNLORE_OIDC_AUDIENCE")
        return self

    @property
    def query_prefix(self) -> str:
        """What the model was trained to see before a question."""
        return self.embedding_query_prefix or ("query: " if _E5.search(self.embedding_model) else "")

    @property
    def passage_prefix(self) -> str:
        """What the model was trained to see before a passage."""
        return self.embedding_passage_prefix or ("passage: " if _E5.search(self.embedding_model) else "")

    @property
    def reads_russian(self) -> bool:
        """Whether the model understands a Russian question, so that none needs to be translated."""
        return "ru" in self.embedding_languages or "multilingual" in self.embedding_model.lower()

    @property
    def embedding_identity(self) -> str:
        """The name under which vectors are kept: the same model with other prefixes makes other vectors."""
        prefixes = f"{self.query_prefix}|{self.passage_prefix}"
        marker = f"+{hashlib.sha256(prefixes.encode()).hexdigest()[:8]}" if prefixes != "|" else ""
        return f"{self.embedding_model}{marker}"

    @property
    def embedding_url(self) -> str:
        """OpenAI base URL of the embedding model."""
        return f"{self.kserve_url}/openai/v1"

    @property
    def answering_base_url(self) -> str:
        """Base URL of the answering model's routes: OpenAI's with their path, V2's without."""
        ours = self.embedding_url if self.answering_protocol == "openai" else self.kserve_url
        return self.answering_url or ours

    @property
    def ui_urls(self) -> dict[str, str]:
        """Where people open what is cited; an address may carry a login for programs, and a link must not."""
        airflow = self.airflow_ui_url or self.airflow_url
        urls = {
            "service": self.url,
            "mlflow": self.mlflow_ui_url or self.mlflow_tracking_uri,
            "airflow": airflow,
            "prometheus": self.prometheus_ui_url or self.prometheus_url,
            "logs": self.logs_ui_url,
        }
        return {name: hide_logins(url).rstrip("/") for name, url in urls.items()}

    @property
    def all_groups(self) -> list[str]:
        """Every group that a document source names, and the public."""
        sources: tuple[DocumentSource | ConfluenceSpace, ...] = (*self.docs, *self.confluence)
        return sorted({"public", *(group for source in sources for group in source.groups)})


def hide_logins(text: str) -> str:
    """Return a text in which no address carries a login.

    Example:
        >>> hide_logins("http://bob:hunter22@mlflow/x can't be read")
        "http://mlflow/x can't be read"
    """
    return re.sub(r"(?<=://)[^/@\s]*@", "", text)


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        pydantic.ValidationError: A variable is missing or wrong; the message names it.
    """
    return Settings()
