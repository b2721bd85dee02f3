"""What the trigger form of the DAG `manage_versions` asks for, carried out."""

from collections.abc import Mapping
from typing import Any

from processors.settings import Settings
from processors.stores.search import PIPELINES, open_search
from processors.versions import changes, tables
from processors.versions.build_runs import keep_record
from processors.versions.builds import clean_up
from processors.versions.changes import Asker


def act(settings: Settings, form: Mapping[str, Any], who: str) -> str:
    """Carry out the action of a form and return what there is to say.

    Args:
        settings: Of the platform.
        form: Action, pipeline, version, other version, why, keep.
        who: Who asks.

    Raises:
        ValueError: It can't be done, and why.
        BuildInProgressError: A clean-up during a build.
    """
    client, version = open_search(settings.opensearch_url), form["version"].strip()
    asker = Asker(who, form["why"].strip())
    match form["action"]:
        case "list":
            return tables.list_table(client, PIPELINES)
        case "show":
            return tables.show_version(client, version)
        case "diff":
            return tables.show_diff(client, version, form["other"].strip())
        case "promote":
            return changes.promote_by_hand(client, settings, version, asker)
        case "pin":
            return changes.pin_version(client, version, asker)
        case "unpin":
            return changes.unpin_version(client, version)
        case "prune":
            return changes.prune(client, settings, form["pipeline"], form["keep"], dry_run=False)
        case "clean up":
            pipeline = form["pipeline"]
            return str(clean_up(client, pipeline, keep_record(settings.mlflow_tracking_uri, pipeline)))
        case unknown:
            raise ValueError(f"there is no action {unknown!r}")
