"""What the tasks of the DAG `actions` do: propose, ask, execute, verify, record."""
