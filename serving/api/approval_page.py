"""What the page of a proposal shows, in the language of the request; everything on it is escaped."""

from __future__ import annotations

import shlex
from html import escape
from typing import TYPE_CHECKING, Final, TypedDict

from serving.api.guarded_page import make_headers, read_template, render_facts, render_page

if TYPE_CHECKING:
    from processors.knowledge.actions.binding import Proposal
    from processors.knowledge.actions.refusal import Language
    from serving.actions.approving import Opened
    from serving.actions.status import State

_PAGE: Final = read_template("approval.html")
_FORM: Final = read_template("approval-form.html")
HEADERS: Final = make_headers(form_action="'self'", sandbox="sandbox allow-forms")


class _Words(TypedDict):
    title: str
    command: str
    person: str
    rights: str
    target: str
    expires: str
    dry_run: str
    key: str
    approve: str
    reject: str
    states: dict[State, str]


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        title="Approve an action",
        command="What will run",
        person="Proposed by",
        rights="With the rights of",
        target="On",
        expires="Can be approved until",
        dry_run="What would happen",
        key="Your own API key. It is used for this decision and kept nowhere.",
        approve="Approve",
        reject="Reject",
        states={
            "queued": "It isn't proposed yet.",
            "waiting": "It waits for a decision.",
            "running": "It was decided, and runs.",
            "executed": "It was approved, and is done.",
            "refused": "It was refused.",
            "rejected": "It was rejected. Nothing was changed.",
            "expired": "It expired. Nothing was changed.",
            "failed": "It failed.",
            "unknown": "It may have been done, and nobody can tell.",
        },
    ),
    "ru": _Words(
        title="Одобрить действие",
        command="Что выполнится",
        person="Предложил(а)",
        rights="С правами",
        target="Над чем",
        expires="Можно одобрить до",
        dry_run="Что произошло бы",
        key="Ваш собственный ключ API. Он нужен только для этого решения и нигде не сохраняется.",
        approve="Одобрить",
        reject="Отклонить",
        states={
            "queued": "Предложения ещё нет.",
            "waiting": "Ждёт решения.",
            "running": "Решение принято, выполняется.",
            "executed": "Одобрено и выполнено.",
            "refused": "Отказано.",
            "rejected": "Отклонено. Ничего не изменено.",
            "expired": "Срок истёк. Ничего не изменено.",
            "failed": "Не получилось.",
            "unknown": "Возможно, выполнено; наверняка никто не знает.",
        },
    ),
}


def render_approval(opened: Opened, token: str, told: str = "") -> str:
    """Return the page of a proposal, with the form while it waits for a decision.

    Args:
        opened: The proposal, and how far it is.
        token: Of the link, for the form.
        told: What came of a decision; empty: how far it is.
    """
    proposal, state = opened.proposal, opened.status.state
    language = proposal.request.language
    words = _WORDS[language]
    form = ""
    if state == "waiting":
        form = _FORM.substitute(
            key=escape(proposal.request.key),
            token=escape(token),
            hash=escape(proposal.hash),
            key_label=escape(words["key"]),
            approve=escape(words["approve"]),
            reject=escape(words["reject"]),
        )
    body = _PAGE.substitute(
        told=f'<p class="told">{escape(told or words["states"][state])}</p>',
        facts=render_facts(_list_facts(proposal, words)),
        dry_run_title=escape(words["dry_run"]),
        dry_run=escape(proposal.dry_run),
        form=form,
    )
    return render_page(words["title"], body, language)


def _list_facts(proposal: Proposal, words: _Words) -> list[tuple[str, str]]:
    target = proposal.target
    place = f"{target.kind} {target.namespace}/{target.name}".replace(" /", " ") if target else ""
    facts = [
        (words["command"], shlex.join(proposal.command)),
        (words["person"], proposal.request.proposer.shown),
        (words["rights"], proposal.rights),
        (words["target"], place),
        (words["expires"], f"{proposal.expires_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    return [(name, value) for name, value in facts if value]
