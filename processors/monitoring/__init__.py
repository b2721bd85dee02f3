"""What Prometheus is told of the pipelines: what waits, and how the live versions are."""
