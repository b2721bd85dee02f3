"""A rebuild from history into a version of its own: Spark writes what it made, then the positions are set."""

from collections.abc import Callable
from typing import Any, Final

from processors.pipelines.rag.following import ONE_AT_A_TIME, catch_up
from processors.pipelines.rag.index import begin_version, move_positions, read_letters
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import builds, catalog, slices
from processors.versions.names import cover_family

_FIGURES: Final = {
    "heavy": ("offsets", "records", "letters", "noise"),
    "embed": ("chunks", "embedded"),
    "written": ("written",),
}


def name_base(settings: Settings) -> str:
    """Return the family of the live version, whose vectors a rebuild may use; empty if there is none."""
    live = catalog.find_live(search.open_search(settings.opensearch), "rag")
    return cover_family(live) if live else ""


def index_history(
    settings: Settings,
    run_url: str,
    write: Callable[[str], None],
    record: builds.RunRecord = builds.NO_RECORD,
) -> dict[str, Any]:
    """Make a version of what Spark made of history.

    This process holds the build's lease and names the version; executors write into it. Its positions are
    then those where the archived runs ended, and it reads on from there as far as the topics go.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        write: Has Spark write all chunks into the version of that name.
        record: How the version's run in MLflow is kept.

    Returns:
        The index, that it is a candidate, and counts of chunks.

    Raises:
        WritesBlockedError: OpenSearch refuses all writes, as on a disk that is nearly full.
    """
    client = search.open_search(settings.opensearch)
    manifest = staging.read_manifest(f"{run_url}/heavy")
    model = staging.read_manifest(f"{run_url}/embed")["model"]
    version = begin_version(client, settings, manifest, model, run_url, record)
    with search.explain_blocks(client), version as index:
        slices.open_slice(client, index, 1)
        write(index)
        written = staging.read_manifest(f"{run_url}/written")
        if written["index"] != index:
            raise RuntimeError(f"{run_url} was written into {written['index']}, not into {index}")
        meta = catalog.read_meta(client, index)
        letters = [*read_letters(run_url), *written["letters"]]
        with ONE_AT_A_TIME:
            move_positions(client, settings, index, meta, {**manifest, "letters": letters})
        events = catch_up(settings, run_url.rpartition("/")[2], index)
        if meta.get("mlflow_run"):
            figures = {**list_figures(run_url), "rebuild_events_caught_up": float(events)}
            record.log(meta["mlflow_run"], figures)
    counts = {"written": written["written"], "refused": len(written["refused"])}
    return {"index": index, "candidate": True, **counts, "evidence": written["evidence"]}


def list_figures(run_url: str) -> dict[str, float]:
    """Return what a rebuild came to, step by step, as metrics of its version."""
    figures: dict[str, float] = {}
    for stage, names in _FIGURES.items():
        manifest = staging.read_manifest(f"{run_url}/{stage}")
        figures |= {f"rebuild_{name}": float(manifest[name]) for name in names}
        figures[f"rebuild_{stage}_seconds"] = manifest["seconds"]
        if stage == "heavy":
            aside = len(manifest["quarantined"]) + len(manifest["unreadable"])
            figures["rebuild_files_put_aside"] = float(aside)
    return figures
