"""`make versions` and `make rollback`: index versions from the command line."""

import argparse
import sys

from opensearchpy import OpenSearch, OpenSearchException

from processors.settings import load_settings
from processors.stores.answers_cache import evict_versions
from processors.stores.search import open_search
from processors.stores.versions import list_versions, roll_back


def main() -> int:
    """List the versions of both pipelines, or take the live one of a pipeline back."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    commands.add_parser("rollback").add_argument("pipeline", choices=["cag", "rag"])
    options = parser.parse_args()
    settings = load_settings()
    client = open_search(settings.opensearch_url)
    try:
        if options.command == "list":
            print_versions(client)
        else:
            taken_back, live = roll_back(client, options.pipeline)
            if options.pipeline == "cag":
                evict_versions(settings.redis_url, [live])
            print(f"{taken_back} was taken back; {live} is live.")
    except (ValueError, OpenSearchException) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    return 0


def print_versions(client: OpenSearch) -> None:
    """Print one line a version: name, state, chunks' model and code commit."""
    for pipeline in ("cag", "rag"):
        for version in list_versions(client, pipeline):
            meta = version["meta"]
            state = "live" if version["live"] else meta.get("state", "?")
            print(f"{version['index']}  {state:10}  {meta.get('embedding_model', '?')}")


if __name__ == "__main__":
    sys.exit(main())
