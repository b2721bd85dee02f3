"""How far an action is, in words: what is asked of whom, what the system said, what takes it back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from processors.knowledge.actions.catalogue import build_command, find_action
from processors.knowledge.actions.commands import write_command
from processors.knowledge.actions.proposal import render_proposal
from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import quote_block, quote_span
from serving.actions.approving import link_run, make_link
from serving.actions.words import choose_action_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.knowledge.actions.request import Request
    from processors.knowledge.actions.results import Done, Proposed, Verified
    from processors.settings import Settings
    from serving.actions.status import Status
    from serving.actions.words import ActionWords


def say_what_runs(request: Request) -> str:
    """Return the line that stands before the result of what runs at once."""
    own = choose_action_words(request.language)
    command = shlex.join(build_command(find_action(request.action), request.parameters))
    return f"{own.runs.format(person=quote_span(request.proposer.shown))}\n\n{quote_block(command)}\n\n"


def describe_status(settings: Settings, request: Request, status: Status) -> Iterator[str]:
    """Yield how far an action is, a paragraph each.

    Args:
        settings: Say where the service and Airflow are.
        request: What was asked for.
        status: What is known of it.
    """
    own = choose_action_words(request.language)
    run = f"<{link_run(settings, request.key)}>"
    proposed, done = status.proposed, status.done
    if proposed is not None and proposed.refused:
        yield defuse_markdown(proposed.refused)
    elif status.state == "waiting" and proposed is not None:
        yield from _describe_waiting(settings, request, proposed, own)
    elif done is not None:
        yield from _describe_end(done, own)
    else:
        told = {"queued": own.queued, "failed": own.failed, "unknown": own.unknown, "expired": own.expired}
        yield f"{told.get(status.state, own.running)} {run}"
    if status.verified is not None:
        yield from _describe_effect(status.verified, own)
    if proposed is not None and proposed.changing and status.state != "waiting":
        yield f"Airflow: {run}"


def _describe_waiting(
    settings: Settings, request: Request, proposed: Proposed, own: ActionWords
) -> Iterator[str]:
    proposal = proposed.proposal
    if proposal is None:
        return
    yield render_proposal(proposal, request.language)
    yield own.waiting.format(until=f"{proposal.expires_at:%H:%M:%S} UTC")
    asked = f"{link_run(settings, request.key)}/tasks/approval_task/required_actions?map_index=-1"
    yield f"- [{own.airflow}]({asked})\n- [{own.link}]({make_link(settings, proposal)})"
    yield own.ask_later


def _describe_end(done: Done, own: ActionWords) -> Iterator[str]:
    if done.approver is not None:
        yield own.approved_by.format(person=quote_span(done.approver.shown))
    if done.reason:
        yield defuse_markdown(done.reason)
    elif done.state != "executed":
        yield {"unknown": own.unknown, "expired": own.expired}.get(done.state, own.failed)
    elif not done.output:
        yield own.executed
    if done.output:
        yield quote_block(done.output.rstrip())


def _describe_effect(verified: Verified, own: ActionWords) -> Iterator[str]:
    if verified.told:
        yield defuse_markdown(verified.told)
    if undo := verified.rollback:
        yield f"{own.rollback} {quote_span(write_command(undo.action, undo.parameters))}"
