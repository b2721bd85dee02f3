"""What changed in the model cards of MLflow since those that the live version holds."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import structlog

from processors.knowledge.chunk import make_id
from processors.knowledge.documents.model_cards import write_model_card
from processors.knowledge.redaction.masking import mask_secrets
from processors.pipelines.cag.sources.page_dates import date_page
from processors.pipelines.cag.sources.signature import sign_processing
from processors.pipelines.cag.sources.updates import SourceUpdate, keep_source
from processors.settings import Settings
from processors.stores import mlflow

SOURCE: Final = "mlflow:models"
"""The name under which model cards are held."""

# Part of the signature: another way to write a card means reading all again.
_READER: Final = "cards-3"

log = structlog.get_logger(__name__)


def read_model_cards(settings: Settings, held: dict[str, Any] | None, *, force: bool = False) -> SourceUpdate:
    """Read the cards of all registered models, and take those that are others than the live version's.

    MLflow that can't be reached is reported, and the live version's cards stay.

    Args:
        settings: Of the platform.
        held: The position of the live version in the cards, if it holds any.
        force: Take all of them again.
    """
    signature = make_id(_READER, settings.mlflow.tracking_uri, sign_processing(settings))
    old = held if held and held["signature"] == signature else None
    # Without the map of its cards nothing is known of what is held.
    known: dict[str, str] | None = old.get("pages") if old and not force else None
    before = known or {}
    try:
        cards, changed_at = _read_cards(settings)
    except httpx.HTTPError as error:
        log.warning("MLflow can't be reached, its model cards stay", error=str(error))
        return keep_source(SOURCE, old, [f"{SOURCE}:1: can't be reached: {error}"])
    now = {path: make_id(text)[:12] for path, text in cards.items()}
    changed = [path for path in now if now[path] != before.get(path)]
    gone = before.keys() - now.keys()
    return SourceUpdate(
        source=SOURCE,
        position={"signature": signature, "pages": now},
        carried=known is not None,
        dropped=sorted(make_id(SOURCE, path) for path in {*changed, *gone}) if before else [],
        pages=[
            {
                "repository": SOURCE,
                "branch": "",
                "commit": now[path],
                "path": path,
                "groups": ["public"],
                "changed_at": changed_at[path],
                "text": cards[path],
            }
            for path in changed
        ],
        warnings=[],
        reached=True,
    )


def _read_cards(settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Return the cards by path, secrets masked, and when each was changed."""
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as client:
        versions: dict[str, list[dict[str, Any]]] = {}
        for version in mlflow.list_model_versions(client):
            versions.setdefault(version["name"], []).append(version)
        models = mlflow.list_models(client)
    now = datetime.now(UTC)
    cards, changed_at = dict[str, str](), dict[str, str]()
    for model in models:
        path, described = f"{model['name']}.md", [model, *versions.get(model["name"], [])]
        text = mask_secrets(write_model_card(model, versions.get(model["name"], [])))
        if text:
            cards[path] = text
            told = [one["last_updated_timestamp"] for one in described if "last_updated_timestamp" in one]
            changed_at[path] = max((date_page(stated, now) for stated in told), default=now.isoformat())
    return cards, changed_at
