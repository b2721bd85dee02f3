"""What an approval covers: one hash of all that was shown to who approves.

Whatever differs when it is to run (a parameter, the target's version, what the dry run says) has another
hash, and the approval isn't one of that.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Key, Person, Request
from processors.knowledge.actions.sealing import Sealed, digest, is_signed, sign
from processors.knowledge.redaction.masking import mask_secrets
from processors.knowledge.untrusted import clean_text

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

MOST_SHOWN: Final = 20_000
"""Characters of an output that are shown, kept and sent."""


class Target(Sealed):
    """What an action is done to, as it was when it was proposed."""

    cluster: str = ""
    kind: str
    namespace: str = ""
    name: str
    uid: str = ""
    resource_version: str = ""
    """What is another one as soon as somebody changes the target; how it is made is the system's affair."""


class Proposal(Sealed):
    """What exactly would be done, on what and with whose rights; the hash is of all of it."""

    request: Request
    target: Target | None
    command: tuple[str, ...]
    """As a person would type it."""
    rights: str
    dry_run: str
    """What would happen, such as a diff: masked and cut."""
    dry_run_sha256: Digest
    """Of the dry run before it was masked and cut."""
    expires_at: AwareDatetime
    hash: Digest


class Approval(Sealed):
    """Somebody's yes to a proposal."""

    by: Person
    at: AwareDatetime
    through: Literal["airflow", "link"]
    hash: Digest


def show_output(text: str) -> str:
    """Return an output as it may be shown, logged, kept or sent: masked, and cut to size."""
    shown = mask_secrets(clean_text(text))
    if len(shown) <= MOST_SHOWN:
        return shown
    return f"{shown[:MOST_SHOWN]}\n… {len(shown) - MOST_SHOWN} more characters"


def make_proposal(
    request: Request,
    *,
    target: Target | None,
    command: tuple[str, ...],
    rights: str,
    dry_run: str,
    expires_at: datetime,
) -> Proposal:
    """Return the proposal of a request, with the hash that an approval has to name.

    Args:
        request: What is asked for.
        target: What it is done to, freshly read; None if it has none.
        command: What would run, as a person would type it.
        rights: With whose rights, in words.
        dry_run: What would happen, as the system said it; the same each time while nothing changes.
        expires_at: Until when it can be approved and run.
    """
    whole = hashlib.sha256(dry_run.encode(errors="backslashreplace")).hexdigest()
    return Proposal(
        request=request,
        target=target,
        command=command,
        rights=rights,
        dry_run=show_output(dry_run),
        dry_run_sha256=whole,
        expires_at=expires_at,
        hash=bind(request, target, command, whole, expires_at),
    )


def bind(
    request: Request,
    target: Target | None,
    command: tuple[str, ...],
    dry_run_sha256: str,
    expires_at: datetime,
) -> str:
    """Return the hash of all that an approval covers.

    Args:
        request: With action, parameters, proposer and key.
        target: With the version that it was read in.
        command: What would run.
        dry_run_sha256: Of what the dry run said.
        expires_at: Until when.
    """
    return digest(
        {
            "request": request.model_dump(mode="json"),
            "target": target.model_dump(mode="json") if target else None,
            "command": list(command),
            "dry_run_sha256": dry_run_sha256,
            "expires_at": expires_at.isoformat(),
        }
    )


def check_bound(approved: Proposal, fresh: Proposal, approval: Approval, now: datetime) -> None:
    """Accept an approval for what would be done now.

    Args:
        approved: As it was proposed.
        fresh: Made anew of the same request, with the target and the dry run as they are now.
        approval: Of a person whose right was checked.
        now: With a zone.

    Raises:
        ActionRefusedError: It expired, or something changed meanwhile.
    """
    require_fresh(approved.expires_at, now)
    if approval.hash == fresh.hash == approved.hash:
        return
    changed = [
        told
        for told, first, last in (
            ("the request", approved.request, fresh.request),
            ("the target", approved.target, fresh.target),
            ("the command", approved.command, fresh.command),
            ("what the dry run says", approved.dry_run_sha256, fresh.dry_run_sha256),
            ("the time", approved.expires_at, fresh.expires_at),
        )
        if first != last
    ]
    raise ActionRefusedError("changed", what=", ".join(changed) or "the approval")


def require_fresh(expires_at: datetime, now: datetime) -> None:
    """Accept what hasn't expired.

    Raises:
        ActionRefusedError: It has.
    """
    if now >= expires_at:
        raise ActionRefusedError("expired", at=f"{expires_at:%Y-%m-%d %H:%M:%S} UTC")


def sign_approval(approval: Approval, key: Key, secret: str) -> str:
    """Return the service's signature of an approval that came by a link.

    Args:
        approval: Whose approver showed a key or token of their own.
        key: Of the request.
        secret: As for requests.
    """
    return sign({"key": key, "approval": approval.model_dump(mode="json")}, secret, "approval")


def check_approval(approval: Approval, key: Key, signature: object, secret: str) -> None:
    """Accept an approval that the service signed.

    Args:
        approval: As it came.
        key: Of the request that it must be for.
        signature: As it came.
        secret: As for requests.

    Raises:
        ActionRefusedError: It didn't.
    """
    if not is_signed(
        {"key": key, "approval": approval.model_dump(mode="json")}, signature, secret, "approval"
    ):
        raise ActionRefusedError("bad_approval")


def sign_link(proposal: Proposal, secret: str) -> str:
    """Return the token that opens the page of a proposal."""
    return sign(_describe_link(proposal), secret, "link")


def check_link(proposal: Proposal, token: object, secret: str, now: datetime) -> None:
    """Accept a link to a proposal.

    Args:
        proposal: The one that is to be opened.
        token: As it came.
        secret: As for requests.
        now: With a zone.

    Raises:
        ActionRefusedError: The link is of another proposal, forged, or too old.
    """
    if not is_signed(_describe_link(proposal), token, secret, "link"):
        raise ActionRefusedError("bad_link")
    require_fresh(proposal.expires_at, now)


def _describe_link(proposal: Proposal) -> dict[str, str]:
    return {
        "key": proposal.request.key,
        "hash": proposal.hash,
        "expires_at": proposal.expires_at.isoformat(),
    }
