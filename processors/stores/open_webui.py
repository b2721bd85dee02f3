"""Open WebUI's API: what its users said of answers."""

from typing import Any

import httpx

_TIMEOUT_S = 60


def sign_in(url: str, email: str, password: str) -> str:
    """Return a token of a user.

    Args:
        url: Of Open WebUI.
        email: Of the user.
        password: Of the user.

    Raises:
        httpx.HTTPError: Open WebUI can't be reached or knows no such user.
    """
    body = {"email": email, "password": password}
    answer = httpx.post(f"{url}/api/v1/auths/signin", json=body, timeout=_TIMEOUT_S).raise_for_status()
    return str(answer.json()["token"])


def read_feedbacks(url: str, token: str) -> list[dict[str, Any]]:
    """Return all ratings with the conversations that they were given in; only an administrator may.

    Raises:
        httpx.HTTPError: Open WebUI can't be reached or refuses.
    """
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{url}/api/v1/evaluations/feedbacks/all/export"
    found: list[dict[str, Any]] = (
        httpx.get(address, headers=headers, timeout=_TIMEOUT_S).raise_for_status().json()
    )
    return found
