"""The stages of `rag_pipeline`, a module for each task: events in, a version that tells of them out.

A stage reads the folder that the stage before wrote and writes its own; what travels between tasks is the
run's URL and counts. Only `index` changes what people are answered from, and it moves the version's positions
last: whatever is killed before that is simply done again, with the same chunk ids. `heavy_processing_task` is
a job of Spark's, `spark_jobs/rebuild_history.py`.
"""
