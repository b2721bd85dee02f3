"""A proposal as people read it before they say yes: all that a yes covers, in Markdown that can't act."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from processors.knowledge.actions.binding import show_output
from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import quote_block, quote_span

if TYPE_CHECKING:
    from processors.knowledge.actions.binding import Proposal, Target
    from processors.knowledge.actions.refusal import Language


class _Words(NamedTuple):
    """What stands between the parts."""

    on: str
    at_version: str
    by: str
    rights: str
    until: str
    dry_run: str
    undo: str


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        on="On: {what}",
        at_version=", as of version {version}",
        by="Proposed by: {person}",
        rights="Rights: {rights}",
        until="Good until: {until}",
        dry_run="The dry run says:",
        undo="It can be taken back by {action}.",
    ),
    "ru": _Words(
        on="Объект: {what}",
        at_version=", версия {version}",
        by="Предлагает: {person}",
        rights="Права: {rights}",
        until="Действует до: {until}",
        dry_run="Пробный запуск показывает:",
        undo="Отменить можно действием {action}.",
    ),
}


def render_proposal(proposal: Proposal, language: Language) -> str:
    """Return what would be done, on what, by whom, with whose rights, and what the dry run said.

    Args:
        proposal: As it was made.
        language: Of the words between.
    """
    words, action = _WORDS[language], find_action(proposal.request.action)
    facts = [
        words.by.format(person=quote_span(proposal.request.proposer.shown)),
        words.rights.format(rights=defuse_markdown(" ".join(show_output(proposal.rights).split()))),
        words.until.format(until=f"{proposal.expires_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if proposal.target is not None:
        facts.insert(0, words.on.format(what=_describe_target(proposal.target, words)))
    parts = [
        f"**{action.about[language]}** ({quote_span(action.name)})",
        quote_block(show_output(shlex.join(proposal.command))),
        "\n".join(f"- {fact}" for fact in facts),
    ]
    if proposal.dry_run:
        parts += [words.dry_run, quote_block(proposal.dry_run)]
    if action.rollback:
        parts.append(words.undo.format(action=quote_span(action.rollback)))
    return "\n\n".join(parts)


def _describe_target(target: Target, words: _Words) -> str:
    place = "/".join(part for part in (target.cluster, target.namespace, target.name) if part)
    version = target.resource_version
    at = words.at_version.format(version=quote_span(version)) if version else ""
    return f"{quote_span(f'{target.kind} {place}')}{at}"
