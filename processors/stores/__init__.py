"""The only modules that open a socket or a file: Kafka, OpenSearch, Redis, Git, staging, model server."""
