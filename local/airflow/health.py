"""Asks Airflow's API server whether a part's heart beats; a container's health check runs it.

RUNLORE_AIRFLOW_COMPONENT names the part: metadatabase, scheduler, dag_processor or triggerer. The exit status
is 0 if it is healthy.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

_TIMEOUT_S = 8


def is_healthy(url: str, component: str) -> bool:
    """Say what the API server knows of a part.

    Args:
        url: of the API server.
        component: a name of Airflow's health report.
    """
    server = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)
    server.request("GET", "/api/v2/monitor/health")
    return bool(json.load(server.getresponse())[component]["status"] == "healthy")


if __name__ == "__main__":
    sys.exit(not is_healthy(os.environ["RUNLORE_AIRFLOW_URL"], os.environ["RUNLORE_AIRFLOW_COMPONENT"]))
