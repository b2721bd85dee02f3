"""Each client of Kafka takes address and login from the settings, and says what to look at if refused."""

from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from processors.settings.stores import Kafka
from processors.stores.kafka.connection import explain_refusal, kafka_options, open_client

ROOT = Path(__file__).parents[5]
LOGIN = {
    "RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "RUNLORE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "RUNLORE_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "RUNLORE_KAFKA_USERNAME": "runlore",
    "RUNLORE_KAFKA_PASSWORD": "hunter22",
    "RUNLORE_KAFKA_CERTIFICATE_FILE": __file__,
    "RUNLORE_KAFKA_KEY_FILE": __file__,
}


def test_a_login_reaches_the_client() -> None:
    assert kafka_options(Kafka.model_validate(LOGIN)) == {
        "bootstrap.servers": "127.0.0.1:1",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "runlore",
        "sasl.password": "hunter22",
        "ssl.certificate.location": __file__,
        "ssl.key.location": __file__,
    }


@pytest.mark.parametrize("room", ["dags", "evaluation", "processors", "serving", "spark_jobs"])
def test_nobody_else_says_where_kafka_is(room: str) -> None:
    files = (ROOT / room).rglob("*.py")
    telling = [file for file in files if '"bootstrap.servers"' in file.read_text(encoding="utf-8")]
    assert telling == [ROOT / "processors/stores/kafka/connection.py"] * (room == "processors")


def test_a_port_that_speaks_tls_is_told_by_its_setting() -> None:
    told = KafkaError(KafkaError._TRANSPORT, "might be caused by incorrect security.protocol configuration")
    refused = explain_refusal(told)
    assert refused
    assert refused.str().endswith("look at RUNLORE_KAFKA_SECURITY_PROTOCOL")


def test_what_ends_a_block_stays_what_it_is_when_the_login_is_not_to_blame() -> None:
    broker = Kafka.model_validate({"RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    with pytest.raises(KafkaException) as ended, open_client(Producer, broker, {"log_level": 0}):
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "too late"))
    assert ended.value.args[0].str() == "too late"
