"""What `make versions` and the DAG `manage_versions` offer, by name: both ask for it here.

Only a rollback by command goes past this module, for it must not wait until all of it is loaded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from opensearchpy import OpenSearch

from processors.stores.search import PIPELINES
from processors.versions import operations, tables
from processors.versions.build_runs import keep_record
from processors.versions.builds import clean_up
from processors.versions.operations import Asker

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline
    from processors.settings import Settings


class Request(NamedTuple):
    """What somebody asks for; an action takes the fields that it needs.

    A pipeline of None stands for all of them, which only a list may be of.
    """

    action: str
    asker: Asker
    pipeline: "Pipeline | None" = None
    version: str = ""
    other: str = ""
    keep: int | None = None
    """Versions to keep; None: as many as the settings say."""
    dry_run: bool = False


def act(client: OpenSearch, load_settings: Callable[[], "Settings"], request: Request) -> str:
    """Do what is asked for, and return what there is to say.

    Args:
        client: OpenSearch.
        load_settings: Called if the action needs them.
        request: What is asked for.

    Raises:
        ValueError: It can't be done, and why.
        BuildInProgressError: A clean-up during a build.
    """
    version, pipeline = request.version, request.pipeline
    match request.action:
        case "list":
            return tables.list_table(client, [pipeline] if pipeline else PIPELINES)
        case "show":
            return tables.show_version(client, version)
        case "diff":
            return tables.show_diff(client, version, request.other)
        case "promote":
            return operations.promote_version(client, load_settings(), version, request.asker)
        case "pin":
            return operations.pin_version(client, version, request.asker)
        case "unpin":
            return operations.unpin_version(client, version)
        case "prune" if pipeline:
            settings = load_settings()
            keep = settings.versions.kept if request.keep is None else request.keep
            return operations.prune(client, settings, pipeline, keep, dry_run=request.dry_run)
        case "clean up" if pipeline:
            return str(clean_up(client, pipeline, keep_record(load_settings().mlflow.tracking_uri, pipeline)))
        case action:
            raise ValueError(f"there is no action {action!r}" + ("" if pipeline else " of all pipelines"))
