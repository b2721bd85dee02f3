"""What can go wrong while a request is served; `api/errors.py` says what the one who asked is told."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import openai
from litestar.exceptions import TooManyRequestsException

# By which a model says that the request is wrong, or too long.
_REFUSALS: Final = (400, 413, 422)


class NoKnowledgeError(Exception):
    """No pipeline that was asked for has a live index version."""


class UnknownModelError(Exception):
    """The request names a model that is not served."""


class NoQuestionError(Exception):
    """The conversation holds nothing that could be answered."""


class UnreadablePartError(Exception):
    """A message holds something that is no text, such as a picture."""


class ContextTooLongError(Exception):
    """A conversation is longer than the service takes."""


class LimitReachedError(TooManyRequestsException):
    """A user has asked as much as they may for now."""

    def __init__(self, kind: str, limit: int, wait: float, headers: Mapping[str, str]) -> None:
        """Say which limit it is, and when to come back.

        Args:
            kind: What is limited: requests or tokens.
            limit: How many a minute allows.
            wait: Seconds until the next may come.
            headers: Of the response besides `Retry-After`: what is left of each limit.
        """
        seconds = max(math.ceil(wait), 1)
        super().__init__(
            f"Rate limit reached: {limit} {kind} per minute. Try again in {seconds} s.",
            headers={**headers, "Retry-After": str(seconds)},
        )
        self.kind = kind


class UnknownAnswerError(Exception):
    """A rating names an answer that its sender didn't get, or too long ago."""


class MemoryDownError(Exception):
    """What was answered can't be looked up, because Redis is down."""


class IdentityProviderDownError(Exception):
    """A token can't be checked, because its issuer's public keys can't be read."""


class ActionsDownError(Exception):
    """An action can't be begun or read, because Airflow doesn't answer as it should."""


class InvestigationsOffError(Exception):
    """No alerts are taken here."""


class ChannelDownError(Exception):
    """What was found out about an alert can't be posted."""


class UnknownActionError(Exception):
    """There is no action of this key, or none that its sender may see."""


class ActionTakenError(Exception):
    """A key is another action's already."""


class ClientGoneError(Exception):
    """Who asked has closed the connection before the answer was ready."""


class PartError(Exception):
    """A part gives no answer."""

    def __init__(self, part: str, message: str) -> None:
        """Name the part, and say what is wrong with it."""
        super().__init__(f"{part} {message}")
        self.part = part


class PartDownError(PartError):
    """It failed so often that it is left alone for a while; nobody has asked it."""

    def __init__(self, part: str, retry_after: float) -> None:
        """Name the part, and the seconds until it is asked again."""
        super().__init__(part, f"failed several times in a row and is asked again in {retry_after:.1f} s")


class PartLateError(PartError):
    """It was asked, and nobody waits any longer."""

    def __init__(self, part: str, seconds: float) -> None:
        """Name the part, and the seconds that it had."""
        super().__init__(part, f"gave no answer within {seconds:.1f} s")


class RequestLateError(Exception):
    """The time that a request may take is over."""


class BrokenAnswerError(openai.OpenAIError):
    """A model sent what is no answer, or broke off; it is caught where the client's own errors are."""


@contextmanager
def reading_answer() -> Iterator[None]:
    """Turn what the model's client lets through while it reads into an error of that client.

    Raises:
        BrokenAnswerError: The model sent no JSON, no UTF-8 or other objects than it should.
    """
    try:
        yield
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise BrokenAnswerError(f"The model sent what is no answer: {error!r}") from error


def is_refusal(error: Exception) -> bool:
    """Tell whether a model refused a request for what it asks: that is for the caller to hear."""
    return isinstance(error, openai.APIStatusError) and error.status_code in _REFUSALS
