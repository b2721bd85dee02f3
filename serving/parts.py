"""The parts that the service needs: how each shows that it is down, and what guards the calls to it."""

from __future__ import annotations

from dataclasses import dataclass
from json import JSONDecodeError
from typing import TYPE_CHECKING, Final

import openai
from opensearchpy import exceptions as search_errors
from redis import exceptions as cache_errors

from serving.resilience import Breaker, Guard, RetryBudget

if TYPE_CHECKING:
    from serving.resilience import Judge

# Finagle's defaults: a fifth of the calls, and ten when few are made.
_RETRIED_SHARE: Final = 0.2
_RETRY_RESERVE: Final = 10.0


@dataclass(frozen=True)
class Guards:
    """One for each part; all replicas of a part count as one."""

    search: Guard
    cache: Guard
    embedding: Guard
    model: Guard


def make_guards(failures: int = 5, rest_seconds: float = 5.0) -> Guards:
    """Return guards that let everything through yet.

    Args:
        failures: So many in a row, and a part is left alone.
        rest_seconds: For so long.
    """

    def guard(part: str, is_fault: Judge, is_late: Judge) -> Guard:
        breaker = Breaker(part, failures, rest_seconds)
        return Guard(part, breaker, RetryBudget(_RETRIED_SHARE, _RETRY_RESERVE), is_fault, is_late)

    return Guards(
        search=guard("search", is_search_fault, is_search_late),
        cache=guard("cache", is_cache_fault, is_cache_late),
        embedding=guard("embedding", is_model_fault, is_model_late),
        model=guard("model", is_model_fault, is_model_late),
    )


def is_search_fault(error: BaseException) -> bool:
    """Tell whether OpenSearch is away, overloaded or answers what is no JSON.

    Example:
        >>> is_search_fault(search_errors.ConnectionError("N/A", "refused", OSError()))
        True
        >>> is_search_fault(search_errors.NotFoundError(404, "index_not_found_exception", {}))
        False
    """
    if isinstance(error, search_errors.TransportError):
        # "N/A" if there was no answer. A 500 is about one query: another one may do.
        return error.status_code in ("N/A", "TIMEOUT", 429, 502, 503, 504)
    return isinstance(error, search_errors.SerializationError)


def is_search_late(error: BaseException) -> bool:
    """Tell whether OpenSearch took its time to fail."""
    return isinstance(error, search_errors.ConnectionTimeout)


def is_cache_fault(error: BaseException) -> bool:
    """Tell whether Redis is away or answers what is no Redis; that it refuses one command is no fault.

    Example:
        >>> is_cache_fault(cache_errors.ConnectionError()), is_cache_fault(cache_errors.ResponseError())
        (True, False)
    """
    return isinstance(error, cache_errors.RedisError) and not isinstance(error, cache_errors.ResponseError)


def is_cache_late(error: BaseException) -> bool:
    """Tell whether Redis took its time to fail."""
    return isinstance(error, cache_errors.TimeoutError)


def is_model_fault(error: BaseException) -> bool:
    """Tell whether a model server is away, overloaded, without the model, or answers what is no JSON."""
    return isinstance(
        error,
        openai.APIConnectionError
        | openai.InternalServerError
        | openai.RateLimitError
        | openai.NotFoundError
        | openai.APIResponseValidationError
        | JSONDecodeError,
    )


def is_model_late(error: BaseException) -> bool:
    """Tell whether a model server took its time to fail."""
    return isinstance(error, openai.APITimeoutError)
