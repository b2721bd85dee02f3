"""Open WebUI's thumbs as ratings: it keeps them to itself, so they are read from there.

`python -m evaluation.queries.thumbs PASSWORD_FILE [EMAIL]` signs in as an administrator to
`RUNLORE_OPENWEBUI_URL` and sends what it finds to `runlore.queries`. It may be run as often as one likes:
of each answer the last rating counts. Its export says who rated, not what groups that person is in: once
people have groups, a thumb becomes no query (it could show everybody what only a few may read), and is
still listed for people.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from processors.knowledge.redaction.masking import mask_secrets
from processors.settings import load_settings
from processors.stores.asked_questions import CitedDocument, RatedAnswer, open_question_log
from processors.stores.open_webui import read_feedbacks, sign_in

_ADMIN: Final = "admin@runlore.local"


def parse_thumb(feedback: Mapping[str, Any], groups: Sequence[str]) -> RatedAnswer | None:
    """Return a rating of one of our answers, None for anything else.

    Args:
        feedback: As Open WebUI exports it: the rating, and the conversation as it was then.
        groups: What whoever rated may see; none if that isn't known.
    """
    rating = (feedback.get("data") or {}).get("rating")
    message_id = str((feedback.get("meta") or {}).get("message_id", ""))
    messages = _find_messages(feedback.get("snapshot") or {})
    answer = messages.get(message_id) or {}
    question = messages.get(str(answer.get("parentId", ""))) or {}
    if rating not in (1, -1) or not question.get("content"):
        return None
    sources = answer.get("sources") or []
    cited = {one["doc_id"]: one for one in map(_read_source, sources) if one is not None}
    if sources and not cited:
        return None
    return RatedAnswer(
        rated_at=datetime.fromtimestamp(int(feedback["updated_at"]), UTC).isoformat(),
        answer_id=f"open-webui:{message_id}",
        rating=rating,
        comment=mask_secrets(str(feedback["data"].get("comment") or "")),
        query=mask_secrets(str(question["content"])),
        groups=list(groups),
        abstained=not cited,
        cited=list(cited.values()),
    )


def _find_messages(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    chat = snapshot.get("chat") or {}
    history = (chat.get("chat") or chat).get("history") or {}
    messages: Mapping[str, Any] = history.get("messages") or {}
    return messages


def _read_source(source: Mapping[str, Any]) -> CitedDocument | None:
    """Return what a source event of ours named, None for one of somebody else's."""
    told: Mapping[str, Any] = next(iter(source.get("metadata") or []), {})
    if "doc_id" not in told:
        return None
    index = str((told.get("parameters") or {}).get("index version", ""))
    return CitedDocument(doc_id=str(told["doc_id"]), title=str(told.get("name", "")), index=index)


def main() -> None:
    """Read the thumbs and send them to the topic."""
    if len(sys.argv) < 2 or "RUNLORE_OPENWEBUI_URL" not in os.environ:
        sys.exit("usage: RUNLORE_OPENWEBUI_URL=… python -m evaluation.queries.thumbs PASSWORD_FILE [EMAIL]")
    settings = load_settings()
    url = os.environ["RUNLORE_OPENWEBUI_URL"].rstrip("/")
    email = sys.argv[2] if len(sys.argv) > 2 else _ADMIN
    token = sign_in(url, email, Path(sys.argv[1]).read_text(encoding="utf-8").strip())
    outcomes: dict[str, int] = {}
    groups = ["public"] if settings.access.user_groups_file is None else []
    thumbs = (parse_thumb(feedback, groups) for feedback in read_feedbacks(url, token))
    ratings = [rated for rated in thumbs if rated is not None]

    def count(outcome: str) -> None:
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    log = open_question_log(settings.kafka, count)
    for rated in ratings:
        log.record_rating(rated)
    log.close()
    sys.stdout.write(f"{len(ratings)} ratings of ours, {outcomes.get('sent', 0)} sent\n")


if __name__ == "__main__":
    main()
