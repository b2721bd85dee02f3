"""`python -m processors.stores.search apply-templates`: create or update the index templates."""

import sys

from processors.settings import load_settings
from processors.stores.search.client import open_search
from processors.stores.search.templates import apply_templates

if __name__ == "__main__":
    if sys.argv[1:] != ["apply-templates"]:
        sys.exit("usage: python -m processors.stores.search apply-templates")
    settings = load_settings()
    apply_templates(
        open_search(settings.opensearch.url),
        settings.embedding.dimension,
        replicas=settings.opensearch.replicas,
    )
    sys.stdout.write("index templates applied: runlore-rag, runlore-cag\n")
