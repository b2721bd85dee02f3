"""What can be run from an answer: steps that it quotes from documents, and what takes a change back.

Nothing is begun by it. Who wants it sends the line, which is then a command of theirs.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.commands import Command, read_command, write_command
from processors.knowledge.actions.policy import load_policy
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.incidents.sections import KIND
from processors.knowledge.markdown.quoting import quote_span
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.readings.incidents import read_sections
from serving.actions.setup import find_missing
from serving.actions.starting import may_propose
from serving.actions.words import choose_action_words
from serving.answering.commands import find_commands

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from processors.knowledge.actions.refusal import Language
    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.answering.answer import Answer
    from serving.context.caller import Caller

_ROLLED_OUT: Final = re.compile(
    r"(?P<resource>Deployment) (?P<name>\S+) in namespace (?P<namespace>\S+) was rolled out as revision "
)
_MOST: Final = 5


def offer_actions(settings: Settings, caller: Caller, language: Language, answer: Answer) -> Answer:
    """Return an answer that tells at its end what of it can be run, by somebody who may propose it.

    Args:
        settings: Of the platform; where actions aren't set up the answer stays as it is.
        caller: Who reads it.
        language: Of the question.
        answer: Its text not read yet.
    """
    if find_missing(settings, "kubernetes"):
        return answer

    def list_lines(commands: Iterator[Command]) -> list[str]:
        found = list(commands)
        if not found:
            # Most answers hold no command, and need no policy.
            return []
        policy = load_policy(settings.actions.policy_file)
        allowed = [one for one in found if may_propose(policy, find_action(one.action), caller)]
        lines = dict.fromkeys(quote_span(write_command(one.action, one.parameters)) for one in allowed)
        return list(lines)[:_MOST]

    async def read() -> AsyncGenerator[str, None]:
        said: list[str] = []
        async with aclosing(answer.text) as pieces:
            async for piece in pieces:
                said.append(piece)
                yield piece
        own = choose_action_words(language)
        for head, found in (
            (own.offers, find_steps("".join(said), answer.cited)),
            (own.undoes, find_rollbacks(answer.cited)),
        ):
            if lines := list_lines(found):
                yield f"\n\n{head}\n\n" + "\n".join(f"- {line}" for line in lines)

    return replace(answer, text=read())


def find_steps(text: str, cited: Sequence[Hit]) -> Iterator[Command]:
    """Yield the commands of an answer that stand in a document which it cites and are in the catalogue.

    What was only observed, such as a line of a log, isn't offered.

    Args:
        text: The answer.
        cited: What it cites.
    """
    documents = [hit["text"] for hit in cited if hit.get("kind") not in DYNAMIC_KINDS]
    for line in find_commands(text):
        if not line.startswith("kubectl ") or not any(line in document for document in documents):
            continue
        try:
            command = read_command(line)
        except ActionRefusedError:
            continue
        if command is not None:
            yield command


def find_rollbacks(cited: Sequence[Hit]) -> Iterator[Command]:
    """Yield what takes back the roll-outs that cited incidents say came just before.

    Example:
        >>> text = "Changed before: Deployment api in namespace shop was rolled out as revision 4: image"
        >>> [command.parameters for command in find_rollbacks([{"kind": "incident", "text": text}])]
        [{'resource': 'deployment', 'name': 'api', 'namespace': 'shop'}]
    """
    for hit in cited:
        if hit.get("kind") != KIND:
            continue
        for section, says in read_sections(hit["text"]):
            if section == "changed" and (told := _ROLLED_OUT.match(says)):
                parameters = {name: value.lower() for name, value in told.groupdict().items()}
                yield Command("kubernetes.rollout_undo", parameters)
