"""The parts that the service needs: how each shows that it is down, and what guards the calls to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import openai
from opensearchpy import exceptions as search_errors
from redis import exceptions as cache_errors

from serving.clients.airflow import is_airflow_fault
from serving.clients.breaker import Breaker
from serving.clients.guards import Guard, RetryBudget
from serving.clients.http_faults import is_http_fault
from serving.faults import is_refusal

if TYPE_CHECKING:
    from serving.clients.breaker import Judge

# Finagle's defaults: a fifth of the calls, and ten when few are made.
_RETRIED_SHARE: Final = 0.2
_RETRY_RESERVE: Final = 10.0


@dataclass(frozen=True)
class Guards:
    """One for each part; all replicas of a part count as one, and the searches of shadow reads as another."""

    search: Guard
    shadow_search: Guard
    cache: Guard
    embedding: Guard
    model: Guard
    airflow: Guard
    channel: Guard


def make_guards(
    search: float = 3.0,
    embedding: float = 2.0,
    model: float = 60.0,
    cache: float = 0.5,
    airflow: float = 10.0,
    channel: float = 5.0,
    failures: int = 5,
    rest: float = 2.0,
) -> Guards:
    """Return guards that let everything through yet.

    Args:
        search: Seconds that a search may take; so the next ones.
        embedding: Until a question has its vector.
        model: Until an answer has begun; how long its parts may take is the reader's to say.
        cache: One command of Redis.
        airflow: One call of its API.
        channel: One message to where investigations are posted.
        failures: So many in a row, and a part is left alone.
        rest: For so many seconds.
    """

    def guard(part: str, seconds: float, is_fault: Judge) -> Guard:
        breaker = Breaker(part, failures, rest)
        return Guard(part, seconds, is_fault, breaker, RetryBudget(_RETRIED_SHARE, _RETRY_RESERVE))

    return Guards(
        search=guard("search", search, is_search_fault),
        shadow_search=guard("search_aside", search, is_search_fault),
        cache=guard("cache", cache, is_cache_fault),
        embedding=guard("embedding", embedding, is_model_fault),
        model=guard("model", model, is_model_fault),
        airflow=guard("airflow", airflow, is_airflow_fault),
        channel=guard("channel", channel, is_http_fault),
    )


def is_search_fault(error: Exception) -> bool:
    """Tell whether OpenSearch is away, overloaded, doesn't take the login, or answers what is no JSON.

    Example:
        >>> is_search_fault(search_errors.ConnectionError("N/A", "refused", OSError()))
        True
        >>> is_search_fault(search_errors.NotFoundError(404, "index_not_found_exception", {}))
        False
    """
    if isinstance(error, search_errors.TransportError):
        # "N/A" if there was no answer. A 500 is about one query: another one may do.
        return error.status_code in ("N/A", "TIMEOUT", 401, 429, 502, 503, 504)
    return isinstance(error, search_errors.SerializationError)


def is_cache_fault(error: Exception) -> bool:
    """Tell whether Redis is away or answers what is no Redis; that it refuses one command is no fault.

    Example:
        >>> is_cache_fault(cache_errors.ConnectionError()), is_cache_fault(cache_errors.ResponseError())
        (True, False)
    """
    return isinstance(error, cache_errors.RedisError) and not isinstance(error, cache_errors.ResponseError)


def is_model_fault(error: Exception) -> bool:
    """Tell whether a model server is away, overloaded, without the model, or answers what is no answer.

    Example:
        >>> is_model_fault(openai.OpenAIError("the key is wrong"))
        True
    """
    return isinstance(error, openai.OpenAIError) and not is_refusal(error)
