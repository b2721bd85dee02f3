"""Ratings of answers: a thumb up or down by the one who got the answer."""

from datetime import UTC, datetime
from typing import Final, Literal, TypedDict

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError

from processors.stores.asked_questions import CitedDocument, RatedAnswer
from processors.versions.names import find_version
from serving.answering.answer_history import AnswerRecord, recall_answer_by_id
from serving.api.openapi import list_errors
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.masking import mask_text
from serving.context.metrics import FEEDBACK
from serving.faults import MemoryDownError, UnknownAnswerError

_LONGEST_COMMENT: Final = 2_000


class FeedbackRequest(BaseModel):
    """A rating of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: str = Field(min_length=1, max_length=100, description="The answer's `id`.")
    rating: Literal[1, -1] = Field(description="1: it helped; -1: it didn't.")
    comment: str = Field("", max_length=_LONGEST_COMMENT, description="What was right or wrong about it.")


class FeedbackResponse(TypedDict):
    """What was noted."""

    answer_id: str
    rating: int


@post("/feedback", status_code=202, responses=list_errors(400, 401, 404, 413, 429, 500, 503))
async def rate_answer(
    data: JSONBody[FeedbackRequest], clients: NamedDependency[Clients], caller: NamedDependency[Caller]
) -> Response[FeedbackResponse]:
    """Note how somebody rates an answer that they got within the last day."""
    try:
        record = await recall_answer_by_id(clients, caller.reader, data.answer_id)
    except RedisError as error:
        raise MemoryDownError("What was answered can't be looked up: Redis doesn't answer.") from error
    if record is None:
        raise UnknownAnswerError(
            f"You got no answer {data.answer_id!r} within the last day, or it was not recorded."
        )
    masked = data.model_copy(update={"comment": await mask_text(data.comment)})
    clients.questions.record_rating(describe_rating(record, masked, datetime.now(UTC)))
    FEEDBACK.labels("up" if data.rating > 0 else "down").inc()
    return Response(FeedbackResponse(answer_id=data.answer_id, rating=data.rating), status_code=202)


def describe_rating(record: AnswerRecord, feedback: FeedbackRequest, now: datetime) -> RatedAnswer:
    """Return what is written down of a rating: the question and what the answer cited, not who rated.

    Args:
        record: The answer that was rated.
        feedback: The rating, the secrets in its comment masked.
        now: When it was given.
    """
    cited = {source["doc_id"]: source for source in record["cited"]}
    return RatedAnswer(
        rated_at=now.isoformat(timespec="milliseconds"),
        answer_id=record["answer_id"],
        rating=feedback.rating,
        comment=feedback.comment,
        query=record["query"],
        groups=record["groups"],
        abstained=record["abstained"],
        cited=[
            CitedDocument(doc_id=doc_id, title=source["title"], index=find_version(source["index"]))
            for doc_id, source in cited.items()
        ],
    )
