"""Kafka topic `runlore.queries`: what was asked, and how people rated the answers; written without waiting.

The cache is warmed with what was asked. What was rated has other fields, so that neither is taken for the
other.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

import structlog
from confluent_kafka import KafkaError, Message, Producer

from processors.knowledge.topics import QUERIES
from processors.knowledge.untrusted import read_object
from processors.settings.stores import Kafka
from processors.stores.kafka import explain_refusal, kafka_options, read_newest

log = structlog.get_logger(__name__)

# More than this waiting means that Kafka is away: what is asked then is forgotten, not what is answered.
_WAITING: Final = 1_000
_GIVE_UP_MS: Final = 10_000
_CLOSE_S: Final = 2.0


class AskedQuestion(TypedDict):
    """A question as it was asked, secrets masked; who asked it is not told."""

    asked_at: str
    query: str
    groups: list[str]
    pipelines: list[str]


class CitedDocument(TypedDict):
    """A document that an answer cited."""

    doc_id: str
    title: str
    index: str


class RatedAnswer(TypedDict):
    """A question whose answer somebody rated, secrets masked; who rated it is not told."""

    rated_at: str
    answer_id: str
    rating: int
    comment: str
    query: str
    groups: list[str]
    abstained: bool
    cited: list[CitedDocument]


class QuestionLog:
    """Hands questions to a producer whose own thread sends them; nothing here waits or fails."""

    def __init__(self, producer: Producer, count: Callable[[str], None]) -> None:
        """Use a producer; `count` is told `sent` or `dropped` for each question."""
        self._producer = producer
        self._count = count

    def record(self, query: str, groups: Iterable[str], pipelines: Iterable[str]) -> None:
        """Write a question down.

        Args:
            query: The question, masked.
            groups: Of the one who asked.
            pipelines: Whose versions were searched.
        """
        asked = AskedQuestion(
            asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            query=query,
            groups=sorted(groups),
            pipelines=list(pipelines),
        )
        self._send(json.dumps(asked, ensure_ascii=False))

    def record_rating(self, rated: RatedAnswer) -> None:
        """Write a rating down."""
        self._send(json.dumps(rated, ensure_ascii=False))

    def _send(self, record: str) -> None:
        try:
            self._producer.produce(QUERIES, record, on_delivery=self._note)
        except BufferError:
            self._count("dropped")
        self._producer.poll(0)

    def _note(self, error: KafkaError | None, _: Message) -> None:
        self._count("dropped" if error else "sent")

    def close(self) -> None:
        """Give what still waits a moment to be sent."""
        self._producer.flush(_CLOSE_S)


def open_question_log(broker: Kafka, count: Callable[[str], None]) -> QuestionLog:
    """Return a log of asked questions; it connects by itself, now or whenever Kafka comes back."""
    options: dict[str, Any] = {
        **kafka_options(broker),
        "queue.buffering.max.messages": _WAITING,
        "message.timeout.ms": _GIVE_UP_MS,
        "linger.ms": 100,
        # What is lost is counted; librdkafka would tell of every broken connection.
        "log_level": 2,
        "error_cb": _tell_refusal,
    }
    return QuestionLog(Producer(options), count)


def _tell_refusal(error: KafkaError) -> None:
    if refused := explain_refusal(error):
        log.warning("Kafka doesn't take what is asked", error=refused.str())


def read_asked(broker: Kafka, limit: int) -> list[AskedQuestion]:
    """Return about the newest `limit` questions, in no particular order.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable.
    """
    values = [record["value"] for record in read_newest(broker, QUERIES, limit)]
    return [asked for asked in map(_parse, values) if asked is not None]


def read_rated(broker: Kafka, limit: int) -> list[RatedAnswer]:
    """Return the ratings among about the newest `limit` records, in no particular order.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable.
    """
    values = [record["value"] for record in read_newest(broker, QUERIES, limit)]
    return [rated for rated in map(_parse_rating, values) if rated is not None]


def _parse_rating(value: str | None) -> RatedAnswer | None:
    """Return a rating, None for what isn't one."""
    try:
        rated = read_object(value)
        if datetime.fromisoformat(rated["rated_at"]).tzinfo is None or rated["rating"] not in (1, -1):
            return None
        cited = [
            CitedDocument(doc_id=str(one["doc_id"]), title=str(one["title"]), index=str(one["index"]))
            for one in rated["cited"]
        ]
        return RatedAnswer(
            rated_at=rated["rated_at"],
            answer_id=str(rated["answer_id"]),
            rating=int(rated["rating"]),
            comment=str(rated["comment"]),
            query=str(rated["query"]),
            groups=[str(group) for group in rated["groups"]],
            abstained=bool(rated["abstained"]),
            cited=cited,
        )
    except (ValueError, KeyError, TypeError):
        return None


def _parse(value: str | None) -> AskedQuestion | None:
    """Return a question, None for what isn't one: anybody may write to a topic."""
    try:
        asked = read_object(value)
        if datetime.fromisoformat(asked["asked_at"]).tzinfo is None:
            return None
        return AskedQuestion(
            asked_at=asked["asked_at"],
            query=str(asked["query"]),
            groups=[str(group) for group in asked["groups"]],
            pipelines=[str(pipeline) for pipeline in asked["pipelines"]],
        )
    except (ValueError, KeyError, TypeError):
        return None
