"""A build that was handed over to its gate: taken up, measured, decided on, and let go live or not."""

from evaluation.gate.decision import Decision
from evaluation.release.candidate import release_version
from processors.knowledge.chunk import Pipeline
from processors.settings import Settings
from processors.stores.search import open_search
from processors.versions.builds import go_on_with


def release_build(settings: Settings, pipeline: Pipeline, index: str) -> Decision:
    """Measure a build, and let it go live if the gate lets it pass; no other build begins meanwhile.

    Args:
        settings: Of the platform.
        pipeline: Whose build it is.
        index: Its name.

    Returns:
        What the gate decided, and why.

    Raises:
        BuildInProgressError: Another build lives.
        ValueError: The build is gone.
    """
    client = open_search(settings.opensearch)
    with go_on_with(client, pipeline, index):
        return release_version(client, settings, pipeline, index)
