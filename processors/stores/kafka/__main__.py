"""`python -m processors.stores.kafka`: create the topics that are missing, or give one more partitions."""

import sys

from processors.settings import load_settings
from processors.stores.kafka.admin import add_partitions, create_topics

if __name__ == "__main__":
    settings = load_settings()
    match sys.argv[1:]:
        case ["create-topics"]:
            created = create_topics(settings.kafka, replication=settings.kafka.replication)
            sys.stdout.write(f"created: {created}\n")
        case ["add-partitions", topic, count] if count.isdecimal():
            add_partitions(settings.kafka, topic, int(count))
            sys.stdout.write(f"{topic} has {count} partitions\n")
        case _:
            sys.exit("usage: python -m processors.stores.kafka create-topics | add-partitions TOPIC COUNT")
