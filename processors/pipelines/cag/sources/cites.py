"""Where a page came from, as its chunks tell it."""

from typing import Any

from processors.knowledge.documents.formats import find_format
from processors.pipelines.cag.sources.model_cards import SOURCE as MODEL_CARDS


def is_converted(row: dict[str, Any]) -> bool:
    """Tell whether a staged page was made from another format than Markdown, so that its text is only text.

    Example:
        >>> is_converted({"repository": "docs", "path": "plan.docx"})
        True
    """
    return row["repository"].startswith("confluence+") or find_format(row["path"]) not in (None, "markdown")


def build_cite(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cite of a staged page: what kind of source it is from, and what leads back to it.

    Example:
        >>> row = {"repository": "mlflow:models", "commit": "c0ffee", "path": "fraud.md"}
        >>> build_cite(row)["type"], build_cite(row)["model"]
        ('mlflow', 'fraud')
    """
    place = {name: row[name] for name in ("repository", "commit", "path")}
    if row["repository"] == MODEL_CARDS:
        return {"type": "mlflow", **place, "model": row["path"].removesuffix(".md")}
    if row["repository"].startswith("confluence+"):
        page_id = row["path"].rpartition("/")[2].partition("-")[0]
        return {"type": "confluence", **place, "page_id": page_id}
    return {"type": "git", **place}
