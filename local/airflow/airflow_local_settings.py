"""What tasks import, imported once by the scheduler before it forks its workers.

Airflow reads this module while it starts, if it finds it on the path; the stack puts it on the scheduler's
path alone. Each task is a fork of a worker, so it finds its libraries loaded: a task of a micro-batch spends
its time on the batch. The price: a change of these modules is seen after a restart of the scheduler.
"""

import airflow.providers.apache.spark.operators.spark_submit

import evaluation.release
import processors.cag
import processors.rag
import processors.stores.doorbell  # noqa: F401
