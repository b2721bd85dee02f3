"""`python -m processors.monitoring --port 9100`: tell Prometheus how the pipelines are, until stopped."""

import argparse
import time
from typing import Final

from prometheus_client import start_http_server

from processors.logs import configure_logs
from processors.monitoring.measuring import measure
from processors.settings import load_settings
from processors.stores.search import open_search

PERIOD_S: Final = 15
"""As often as Prometheus asks."""


def main() -> None:
    """Measure again and again, and serve what was measured at `/metrics`."""
    parser = argparse.ArgumentParser(prog="python -m processors.monitoring", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    options = parser.parse_args()
    settings = load_settings()
    configure_logs("INFO", "pipeline-exporter", settings.versions.code_commit)
    client = open_search(settings.opensearch)
    start_http_server(options.port, options.host)
    while True:
        measure(settings.kafka, client)
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main()
