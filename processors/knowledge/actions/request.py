"""A request: which action of the catalogue somebody asks for, with what, signed by the service."""

from __future__ import annotations

import operator
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from processors.knowledge.actions.refusal import ActionRefusedError, Language
from processors.knowledge.actions.sealing import Sealed, is_signed, sign

if TYPE_CHECKING:
    from collections.abc import Mapping

Source = Literal["chat", "api", "airflow"]
Value = Annotated[str, Field(max_length=65_536)] | Annotated[int, Field(strict=True)]
"""Of a parameter."""
Key = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
"""Of a request: 128 random bits. It stands for the request everywhere, and nothing runs twice under it."""

LONGEST_NAME: Final = 200
"""Of what a person is called."""
_RUN: Final = "action-"


class Person(Sealed):
    """Who proposes or approves."""

    user: Annotated[str, Field(min_length=1, max_length=500)]
    """`key:<name>`, `jwt:<issuer>:<subject>` as the service knows them, or `airflow:<name>`."""
    groups: tuple[str, ...] = ()
    name: Annotated[str, Field(max_length=LONGEST_NAME, repr=False, exclude_if=operator.not_)] = ""
    """What a signed token calls them; it is shown, and decides nothing. Empty, it isn't written, for records
    that were chained before there was one keep their hashes."""

    @property
    def shown(self) -> str:
        """As the person is told to others.

        Example:
            >>> Person(user="jwt:open-webui:7", name="alice@example.org").shown
            'alice@example.org (jwt:open-webui:7)'
        """
        return f"{self.name} ({self.user})" if self.name else self.user


class Request(Sealed):
    """What is asked for."""

    action: Annotated[str, Field(min_length=1, max_length=100)]
    parameters: dict[str, Value]
    proposer: Person
    source: Source
    language: Language = "en"
    key: Key
    asked_at: AwareDatetime


def make_key() -> str:
    """Return the key of a new request."""
    return secrets.token_hex(16)


def name_run(key: str) -> str:
    """Return the id of the run of the DAG `actions` that a request has.

    Example:
        >>> name_run("00" * 16)
        'action-00000000000000000000000000000000'
    """
    return _RUN + key


def make_request(
    action: str,
    parameters: Mapping[str, str | int],
    proposer: Person,
    *,
    source: Source,
    language: Language,
    now: datetime,
    key: str = "",
) -> Request:
    """Return a new request.

    Args:
        action: Name in the catalogue.
        parameters: Checked ones, as `catalogue.check_parameters` returns them.
        proposer: Who asks.
        source: Where it was asked.
        language: In which the answers are.
        now: When, with a zone.
        key: A client's own, so that its retry is the same request; empty: a new one.

    Raises:
        ActionRefusedError: It can't be a request, such as for a key that is none.
    """
    return read_request(
        {
            "action": action,
            "parameters": dict(parameters),
            "proposer": proposer,
            "source": source,
            "language": language,
            "key": key or make_key(),
            "asked_at": now,
        }
    )


def read_request(told: Any) -> Request:
    """Return the request that a DAG's conf or a body holds.

    Raises:
        ActionRefusedError: It holds none.
    """
    try:
        return _REQUEST.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "it"
        raise ActionRefusedError("unreadable", what=f"{place}: {first['msg']}") from error


_REQUEST: Final = TypeAdapter(Request)


def sign_request(request: Request, secret: str) -> str:
    """Return the service's signature of a request.

    Raises:
        ValueError: The secret is empty.
    """
    return sign(request, secret, "request")


def check_signature(request: Request, signature: object, secret: str) -> None:
    """Accept a request that the service signed.

    Args:
        request: As it came.
        signature: As it came, whatever it is.
        secret: The one that it must be signed with.

    Raises:
        ActionRefusedError: It didn't.
    """
    if not is_signed(request, signature, secret, "request"):
        raise ActionRefusedError("bad_signature")
