"""An answer beside its label: whether it has the steps and commands of the page, in order and verbatim."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from markdown_it import MarkdownIt

from evaluation.benchmarks.procedure_labels import Part
from serving.answering.numbering import CITATION

_WORD: Final = re.compile(r"\w+")
# Two pages may share a line such as "Restart it."
_CHANCE: Final = 0.1
_TELLS_WHAT: Final = ("not shown here", "здесь не показано", "see also", "смотрите также")
_TOLD: Final = re.compile(r"Not shown here|Здесь не показано|not shown\)|не показано\)")


class Verdict(NamedTuple):
    """What is wrong with an answer; `told` says that it tells that something is left out.

    `is_other` says that it has no command and hardly a line of the page: it is an answer to something else.
    """

    missing: list[str]
    added: list[str]
    told: bool
    is_other: bool = False

    @property
    def is_exact(self) -> bool:
        """Tell whether it is the page's procedure."""
        return not self.missing and not self.added

    @property
    def is_silent(self) -> bool:
        """Tell whether something is missing without a word."""
        return bool(self.missing) and not self.told and not self.is_other


def read_answer(text: str) -> Iterator[Part]:
    """Yield the lines and the code of an answer, as a page that shows Markdown does.

    Example:
        >>> list(read_answer("1. Look: [1]\\n\\n   ```sh\\n   ls\\n   ```"))
        [Part(words=('look',), code=''), Part(words=(), code='ls')]
    """
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence":
            yield Part((), token.content.removesuffix("\n"))
        elif token.type == "inline":
            shown = "".join(
                "\n" if child.type.endswith("break") else child.content for child in token.children or ()
            )
            words = _WORD.findall(CITATION.sub("", shown).lower())
            if words:
                yield Part(tuple(words))


def judge_answer(parts: Sequence[Part], text: str) -> Verdict:
    """Compare an answer with what its page has.

    The model's own first and last line count as nothing, and neither do lines that only lead in.

    Args:
        parts: Of the page, in order.
        text: The answer.

    Example:
        >>> parts = [Part(("look",)), Part((), "ls"), Part(("act",))]
        >>> judge_answer(parts, "Steps from X:\\n\\n1. Look [1]\\n2. Act [1]\\n\\nQuoted.")
        Verdict(missing=['ls'], added=[], told=False, is_other=False)
    """
    shown = list(read_answer(text))[1:-1]
    at, word = 0, 0
    missing: list[str] = []
    matched: set[int] = set()
    for part in parts:
        found = _find(part, shown, at, word)
        if found is None:
            missing.append(part.code or " ".join(part.words))
            continue
        at, word = found
        matched.add(at)
        if part.code:
            at, word = at + 1, 0
    added = [
        part.code or " ".join(part.words)
        for number, part in enumerate(shown)
        if number not in matched and not _leads_in(part, text)
    ]
    is_other = len(parts) - len(missing) <= len(parts) * _CHANCE
    return Verdict(missing, added, bool(_TOLD.search(text)), is_other)


def _find(part: Part, shown: Sequence[Part], at: int, word: int) -> tuple[int, int] | None:
    """Return where a part stands among what is shown, and the place of the next word there."""
    for number in range(at, len(shown)):
        other = shown[number]
        if part.code:
            if textwrap.dedent(other.code) == part.code:
                return number, 0
            continue
        begin = word if number == at else 0
        size = len(part.words)
        for first in range(begin, len(other.words) - size + 1):
            if other.words[first : first + size] == part.words:
                return number, first + size
    return None


def _leads_in(part: Part, text: str) -> bool:
    """Tell whether a line is a label or names columns, which ends with a colon, or tells what is missing."""
    if part.code:
        return False
    if " ".join(part.words).startswith(_TELLS_WHAT):
        return True
    line = r"\W+".join(map(re.escape, part.words))
    return bool(re.search(rf"{line}\W*:\s*$", text, re.MULTILINE | re.IGNORECASE))
