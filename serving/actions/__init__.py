"""Actions: a command becomes a signed request and a run of the DAG `actions`, which the service follows."""
