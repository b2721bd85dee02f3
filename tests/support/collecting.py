"""What a collector sent, read back from Kafka."""

from collections.abc import Callable

from processors.knowledge.record import Record
from processors.settings import Settings
from processors.stores import kafka
from tests.support.waiting import wait_for


def read_sent(settings: Settings, topic: str, collect: Callable[[], int]) -> list[Record]:
    """Collect, and return all records that came into a topic meanwhile.

    Kafka marks a transaction's messages as committed a moment after it has said that they are, so as many are
    waited for as were sent.

    Args:
        settings: Of the platform.
        topic: That is collected into.
        collect: Returns how many messages it sent.
    """
    before = kafka.find_ends(settings.kafka, [topic])
    sent = collect()

    def read() -> list[Record]:
        return kafka.drain(settings.kafka, [topic], before, 10**9)[0]

    wait_for(lambda: len(read()) >= sent, 60)
    return read()
