"""Confluence's REST APIs: which pages a space has in which version, and their bodies.

Data Center and Server speak the older API; Cloud a newer one with other paths, the same in substance.
"""

from collections.abc import Iterator
from typing import Any, Final, TypedDict
from urllib.parse import parse_qs, quote, urlsplit

import httpx
from tenacity import RetryCallState, retry, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from processors.settings.documents import ConfluenceSpace

_PAGE: Final = 100
_ATTEMPTS: Final = 5
_LONGEST_WAIT_S: Final = 60
_BACKOFF: Final = wait_exponential_jitter(initial=1, max=8)


class ConfluenceError(RuntimeError):
    """Confluence doesn't know the space, or what answers is no Confluence."""


class PageVersion(TypedDict):
    """A page of a space, the version that it is in, and when that was made, as Confluence says."""

    page_id: str
    title: str
    version: int
    changed: str


class StoredPage(PageVersion):
    """A page with its body in the storage format."""

    body: str


def open_confluence(space: ConfluenceSpace) -> httpx.Client:
    """Return a client that is signed in: with a user by the token as a password, else by the token alone."""
    token = space.token_file.read_text(encoding="utf-8").strip() if space.token_file else ""
    login = (space.user, token) if token and space.user else None
    headers = {"Authorization": f"Bearer {token}"} if token and not login else {}
    return httpx.Client(base_url=space.url.rstrip("/"), auth=login, headers=headers, timeout=60)


def list_pages(client: httpx.Client, space: ConfluenceSpace) -> list[PageVersion]:
    """Return the current pages of a space.

    Raises:
        httpx.HTTPError: Confluence can't be reached, refuses, or knows no such space. Who may not see a space
            is told that there is none, so an empty list always means an empty space.
        ConfluenceError: The same, in Cloud's way, or it is no Confluence.
    """
    return list(_list_on_cloud(client, space.space) if space.is_cloud else _list(client, space.space))


def _list(client: httpx.Client, space: str) -> Iterator[PageVersion]:
    _get(client, f"/rest/api/space/{quote(space, safe='~')}", {})
    start = 0
    while True:
        query = {"spaceKey": space, "type": "page", "status": "current", "expand": "version"}
        answer = _get(client, "/rest/api/content", {**query, "start": start, "limit": _PAGE})
        for page in answer["results"]:
            yield _read_version(page)
        start += len(answer["results"])
        # A server may give fewer than asked for, so only it knows whether there are more.
        if not answer["results"] or "next" not in answer.get("_links", {}):
            return


def _list_on_cloud(client: httpx.Client, space: str) -> Iterator[PageVersion]:
    spaces = _get(client, "/api/v2/spaces", {"keys": space})["results"]
    if not spaces:
        raise ConfluenceError(f"there is no space {space!r} that the token's user may see")
    query: dict[str, Any] = {"status": "current", "limit": _PAGE}
    while True:
        answer = _get(client, f"/api/v2/spaces/{spaces[0]['id']}/pages", query)
        for page in answer["results"]:
            yield _read_version(page)
        # Only the cursor is taken from the link: a token must go nowhere but to the address in the settings.
        cursor = parse_qs(urlsplit(answer.get("_links", {}).get("next", "")).query).get("cursor")
        if not cursor:
            return
        query["cursor"] = cursor[0]


def read_page(client: httpx.Client, space: ConfluenceSpace, page_id: str) -> StoredPage | None:
    """Return a page as it is now, or None if it is gone.

    Args:
        client: Of Confluence's API.
        space: Whose page it is.
        page_id: Confluence's own.

    Raises:
        httpx.HTTPError: Confluence can't be reached, or refuses.
    """
    name = quote(page_id, safe="")
    try:
        if space.is_cloud:
            page = _get(client, f"/api/v2/pages/{name}", {"body-format": "storage"})
        else:
            page = _get(client, f"/rest/api/content/{name}", {"expand": "body.storage,version"})
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return None
        raise
    return StoredPage(**_read_version(page), body=_read_body(page))


def _read_version(page: dict[str, Any]) -> PageVersion:
    try:
        version = page["version"]
        # Server and Data Center call it otherwise than Cloud.
        changed = str(version.get("when") or version.get("createdAt") or "")
        return PageVersion(
            page_id=str(page["id"]), title=str(page["title"]), version=int(version["number"]), changed=changed
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfluenceError(f"a page is told of without id, title or version: {error!r}") from error


def _read_body(page: dict[str, Any]) -> str:
    try:
        return str(page["body"]["storage"]["value"])
    except (KeyError, TypeError) as error:
        raise ConfluenceError(f"page {page['id']} came without its body: {error!r}") from error


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (429, 502, 503, 504)
    return isinstance(error, httpx.TransportError)


def _choose_wait(state: RetryCallState) -> float:
    """Wait as long as Confluence asks for, up to a minute, or else a little longer each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.response.headers.get("Retry-After", "") if isinstance(error, httpx.HTTPStatusError) else ""
    return min(float(asked), _LONGEST_WAIT_S) if asked.isdecimal() else _BACKOFF(state)


@retry(
    retry=retry_if_exception(_may_pass),
    stop=stop_after_attempt(_ATTEMPTS),
    wait=_choose_wait,
    reraise=True,
)
def _get(client: httpx.Client, path: str, query: dict[str, Any]) -> dict[str, Any]:
    response = client.get(path, params=query).raise_for_status()
    try:
        answer: dict[str, Any] = response.json()
    except ValueError as error:
        # A proxy's page for signing in, for instance.
        raise ConfluenceError(f"{path} was answered by {response.text[:100]!r}, not by JSON") from error
    return answer
