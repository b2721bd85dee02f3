"""`python -m serving`: run the service on RUNLORE_SERVICE_HOST and RUNLORE_SERVICE_PORT."""

import os
import sys
from contextlib import ExitStack

import uvicorn

from processors.logs import configure_logs
from processors.settings import load_settings
from serving.app import create_app
from serving.context.tracing import sending_traces


def main() -> int:
    """Serve until told to stop; one process, since replicas are how it scales."""
    settings = load_settings()
    configure_logs(settings.service.log_level, "serving", settings.versions.code_commit)
    port = os.environ.get("RUNLORE_SERVICE_PORT", "")
    if not port.isdigit():
        sys.stderr.write(f"RUNLORE_SERVICE_PORT must be a port number, got {port!r}\n")
        return 2
    with ExitStack() as stack:
        stack.enter_context(sending_traces(os.environ, settings.mlflow))
        app = create_app(settings)
        # uvicorn ends the process by the signal that stopped it, so nothing comes after the app's own end.
        app.on_shutdown.append(stack.close)
        uvicorn.run(
            app,
            host=settings.service.host,
            port=int(port),
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=10,
            ws_max_size=settings.limits.max_body_bytes,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
