"""The routes of a service's access logs that are told apart: so many of each class, the rest by their head.

Whoever asks for paths that don't exist makes as many routes as requests. Those of another class of status
keep their own.
"""

from typing import Final

from processors.knowledge.logs.access import HttpRequest

MAX_ROUTES: Final = 100
"""Routes of one service and class of status that are told apart."""

_REST: Final = "…"


def choose_route(known: dict[str, int], request: HttpRequest) -> tuple[str, bool]:
    """Return the route under which a request is told, with its class of status, and whether it is new.

    Args:
        known: Counts of the routes of the request's service; changed in place.
        request: The request.

    Example:
        >>> choose_route({}, HttpRequest("POST", "/pay", 502))
        ('POST /pay 5xx', True)
        >>> many = {f"GET /{number} 4xx": 1 for number in range(100)} | {"4xx": 100}
        >>> choose_route(many, HttpRequest("GET", "/wp/login", 404))
        ('GET /wp/… 4xx', True)
        >>> many = {f"GET /{number}/… 4xx": 1 for number in range(200)} | {"4xx": 200}
        >>> choose_route(many, HttpRequest("GET", "/wp/login", 404))
        ('GET … 4xx', True)
    """
    group = f"{request.status // 100}xx"
    head = "/".join(request.route.split("/")[:2])
    writings = [f"{request.method} {path} {group}" for path in (request.route, f"{head}/{_REST}", _REST)]
    held = next((name for name in writings if name in known), None)
    if held:
        return held, False
    full = known.get(group, 0)
    name = writings[min(full // MAX_ROUTES, 2)]
    known[name] = 1
    known[group] = full + 1
    return name, True
