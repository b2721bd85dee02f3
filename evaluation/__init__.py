"""Is a version good enough to answer from? Query sets, metrics, the gate, and the record in MLflow."""
