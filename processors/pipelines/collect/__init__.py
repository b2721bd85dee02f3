"""One function per source: asks it for what is new and hands the answers to Kafka as they are."""
