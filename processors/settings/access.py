"""Who may ask, what they may see, and how much they may ask."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from processors.access_policy import load_policy
from processors.settings.addresses import SafeUrl
from processors.settings.group import SettingsGroup, variables


def _require_policy(path: Path | None) -> Path | None:
    try:
        load_policy(path)
    except OSError as error:
        raise ValueError(f"can't be read: {error}") from error
    return path


class Access(SettingsGroup):
    """Keys and groups, and what is kept of who asked."""

    api_key_file: Path
    api_keys_file: Path | None = Field(
        None, description="JSON object of named keys: the SHA-256 of each and its groups; empty: none."
    )
    openwebui_jwt_secret_file: Path | None = Field(
        None, description="File with the secret by which Open WebUI signs who asks; empty: not believed."
    )
    user_groups_file: Path | None = Field(
        None, description="JSON object of the groups of Open WebUI's users and roles; empty: none."
    )
    policy_file: Annotated[Path | None, AfterValidator(_require_policy)] = Field(
        None,
        alias="RUNLORE_ACCESS_POLICY_FILE",
        description="YAML file that says who may see logs, metrics, objects and runs; empty: everybody.",
    )
    citation_link_seconds: int = Field(3600, ge=60, description="How long a link to a source can be opened.")
    audit_file: Path | None = Field(None, description="File of the audit log; empty: none is kept.")

    def read_api_key(self) -> str:
        """Return the service's own key, for who asks it on this machine."""
        return self.api_key_file.read_text(encoding="utf-8").strip()


class Oidc(SettingsGroup, alias_generator=variables("RUNLORE_OIDC_")):
    """The identity provider whose tokens are taken."""

    issuer: SafeUrl = Field("", description="Issuer whose tokens are taken instead of a key; empty: none.")
    audience: str = Field("", description="Audience that such a token must name.")
    jwks_url: SafeUrl = Field(
        "", description="Where the issuer's public keys are; empty: as its discovery document says."
    )
    groups_claim: str = Field("groups", min_length=1, description="Claim that lists the user's groups.")

    @model_validator(mode="after")
    def _require_audience(self) -> Self:
        # Without it a token that the issuer made for any other service would do.
        if self.issuer and not self.audience:
            raise ValueError("RUNLORE_OIDC_ISSUER needs RUNLORE_OIDC_AUDIENCE")
        return self


class Limits(SettingsGroup):
    """How much a user may ask."""

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
