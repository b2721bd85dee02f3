"""`python -m processors.versions.prepare`: what OpenSearch needs before the first build of a version.

The index of builds is made here rather than by the first build: two pipelines build at once when a stack is
new, and one would read what the other has only just made, which OpenSearch reports as an error of its own.
"""

import sys

from processors.settings import load_settings
from processors.stores.log_store import TEMPLATE, apply_log_template
from processors.stores.search import PIPELINES, apply_templates, open_search
from processors.versions.lease_record import INDEX, create_record_index


def main() -> None:
    """Create or update the index templates, and create the index of builds where it is missing."""
    settings = load_settings()
    client = open_search(settings.opensearch)
    copies, parts = settings.opensearch.replicas, settings.opensearch.shards
    apply_templates(client, settings.embedding.dimension, replicas=copies, shards=parts)
    apply_log_template(client, copies)
    create_record_index(client)
    sys.stdout.write(
        f"ready for versions of {', '.join(PIPELINES)}: index templates, {TEMPLATE} among them, {INDEX}\n"
    )


if __name__ == "__main__":
    main()
