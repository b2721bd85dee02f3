"""How Kafka is reached: address, login and TLS of every client, and what to look at when it refuses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from processors.settings.stores import Kafka

_Client = TypeVar("_Client", Consumer, Producer, AdminClient)

_ANSWER_S: Final = 1.0
_LOOK_AT: Final = {
    KafkaError._AUTHENTICATION: "RUNLORE_KAFKA_USERNAME, its password and RUNLORE_KAFKA_SASL_MECHANISM",
    KafkaError._SSL: "RUNLORE_KAFKA_CA_FILE",
}


def kafka_options(broker: Kafka) -> dict[str, Any]:
    """Return librdkafka's options of a connection, for a producer, a consumer or an admin client.

    Example:
        >>> kafka_options(Kafka.model_validate({"RUNLORE_KAFKA_BOOTSTRAP": "kafka:9092"}))
        {'bootstrap.servers': 'kafka:9092', 'security.protocol': 'PLAINTEXT'}
    """
    options = {
        "bootstrap.servers": broker.bootstrap,
        "security.protocol": broker.security_protocol,
        "sasl.mechanism": broker.sasl_mechanism,
        "sasl.username": broker.username,
        "sasl.password": broker.read_password(),
        "ssl.ca.location": broker.ca_file,
        "ssl.certificate.location": broker.certificate_file,
        "ssl.key.location": broker.key_file,
    }
    return {name: str(value) for name, value in options.items() if value}


@contextmanager
def open_client(
    make: type[_Client], broker: Kafka, options: Mapping[str, Any] | None = None
) -> Iterator[_Client]:
    """Open a client for a block, whose errors then say why: a client tells its callback only.

    Args:
        make: Kind of client.
        broker: Address and login of Kafka.
        options: More of librdkafka's options.

    Raises:
        confluent_kafka.KafkaException: Kafka refuses the connection, and which settings to look at; or what
            the block ends with.
    """
    told: list[KafkaError] = []
    callback: dict[str, Any] = {"error_cb": told.append}
    client = make({**kafka_options(broker), **(options or {}), **callback})
    try:
        yield client
    except (KafkaException, RuntimeError, SystemError, TimeoutError) as error:
        client.poll(_ANSWER_S)
        if cause := _find_cause(error, told):
            raise KafkaException(cause) from error
        raise
    finally:
        if isinstance(client, Consumer):
            client.close()


def explain_refusal(error: KafkaError) -> KafkaError | None:
    """Return the error of a refused connection with the settings to look at; None for any other error.

    Example:
        >>> refused = KafkaError(KafkaError._SSL, "certificate verify failed")
        >>> explain_refusal(refused).str()
        'certificate verify failed; look at RUNLORE_KAFKA_CA_FILE'
        >>> explain_refusal(KafkaError(KafkaError._TRANSPORT, "Connection refused"))
    """
    settings = _LOOK_AT.get(error.code())
    if settings is None and "security.protocol" in error.str():
        settings = "RUNLORE_KAFKA_SECURITY_PROTOCOL"
    return KafkaError(error.code(), f"{error.str()}; look at {settings}") if settings else None


def _find_cause(error: Exception, told: list[KafkaError]) -> KafkaError | None:
    """Return what the client told of an error that only says that it can't go on."""
    if isinstance(error, SystemError) and isinstance(error.__cause__, KafkaException):
        # Raised from within the client, before it called back once more.
        refused: KafkaError = error.__cause__.args[0]
        return refused
    fatal = isinstance(error, KafkaException) and error.args[0].code() == KafkaError._FATAL
    causes = (one if fatal and one.fatal() else explain_refusal(one) for one in told)
    return next(filter(None, causes), None)
