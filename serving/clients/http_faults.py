"""What shows that a part is down which is spoken to by plain HTTP."""

from typing import Final

import httpx

OVERLOADED: Final = (429, 500, 502, 503, 504)
"""Statuses after which the same request may do a moment later."""


def is_http_fault(error: Exception) -> bool:
    """Tell whether it is away or overloaded.

    Example:
        >>> is_http_fault(httpx.ConnectError("refused")), is_http_fault(KeyError("value"))
        (True, False)
    """
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in OVERLOADED
    return isinstance(error, httpx.TransportError)
