"""Dead-letter records: what could not be processed, copied with its masked original, once for each event."""

import re
import sys
from typing import Final

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import DeadLetter, Record, name_origin
from processors.settings.stores import Kafka
from processors.stores.kafka.consumer import drain, find_bounds, open_consumer
from processors.stores.kafka.producer import produce

_ORIGIN: Final = re.compile(r"(?P<topic>.+)/(?P<partition>\d+)/(?P<offset>\d+)")


def send_dead_letters(
    broker: Kafka, dead: list[DeadLetter], since: Positions, reached: Positions
) -> Positions:
    """Copy the messages that could not be processed to the dead-letter topic, each once, secrets masked.

    A task that was killed after it had sent records sends them again when it is tried again, and so does a
    version that was rolled back and catches up, in as many batches as that takes. The key names the origin,
    and a record that the topic holds already is not sent a second time.

    Args:
        broker: Address and login of Kafka.
        dead: What could not be processed, and why.
        since: From where on the dead-letter topic may hold records of events that the version hasn't read.
        reached: The positions that the version will have after this batch.

    Returns:
        The same place for those positions; `since`, which is not too late, when there was nothing to send.
    """
    if not dead:
        return since
    # Masking compiles hundreds of patterns, and most tasks have no dead letter.
    from processors.stores.kafka.masked_copies import copy_original

    held, _, _ = drain(broker, [topics.DEAD_LETTER], since, sys.maxsize)
    keys = {record["key"] for record in held}
    with open_consumer(broker) as consumer:
        copies = [copy_original(consumer, each) for each in dead if name_origin(each) not in keys]
        produce(broker, topics.DEAD_LETTER, copies)
        _, ends = find_bounds(consumer, [topics.DEAD_LETTER], {})
        return find_ahead(held, reached, ends)


def find_ahead(held: list[Record], reached: Positions, ends: Positions) -> Positions:
    """Return where in the dead-letter topic the first record stands whose event lies at or behind a position.

    Args:
        held: Dead-letter records, in the order of their offsets in each partition.
        reached: Positions of the topics that the events came from.
        ends: The dead-letter topic's ends, which stand for "there is none".

    Example:
        >>> record = {"topic": topics.DEAD_LETTER, "partition": 0, "offset": 3, "key": "runlore.logs/1/70"}
        >>> find_ahead([record], {"runlore.logs": {"1": 70}}, {topics.DEAD_LETTER: {"0": 9}})
        {'runlore.dead-letter': {'0': 3}}
        >>> find_ahead([record], {"runlore.logs": {"1": 71}}, {topics.DEAD_LETTER: {"0": 9}})
        {'runlore.dead-letter': {'0': 9}}
    """
    ahead = dict(ends[topics.DEAD_LETTER])
    for record in held:
        origin = _ORIGIN.fullmatch(record["key"])
        if origin is None or origin["topic"] not in reached:
            continue
        if int(origin["offset"]) >= reached[origin["topic"]].get(origin["partition"], 0):
            partition = str(record["partition"])
            ahead[partition] = min(ahead[partition], record["offset"])
    return {topics.DEAD_LETTER: ahead}
