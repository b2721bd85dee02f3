"""The pipelines, a module for each task: what the DAGs call, over the stores and the pure parts."""
