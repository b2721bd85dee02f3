"""What a detector of one kind of secret is made of."""

import re
from typing import Final, NamedTuple

from processors.knowledge.redaction.replacing import Accepts

ALWAYS: Final = ""


class Detector(NamedTuple):
    """Finds one kind of secret.

    Most log lines hold none, so the pattern is tried last. Every pattern is linear in the text's length: what
    may begin anywhere has bounded repeats.

    Attributes:
        kind: What it finds.
        literal: A text in lower case, without which there is none.
        hint: A pattern that begins with a fixed text, so it is much faster than the pattern proper. Where it
            isn't found, the pattern isn't tried.
        pattern: The secret is the first group with a name of `SECRET_GROUPS`, else the whole match.
        accepts: Has the last word on a match.
    """

    kind: str
    literal: str
    hint: re.Pattern[str]
    pattern: re.Pattern[str]
    accepts: Accepts


def make_detector(
    kind: str, literal: str, pattern: str, accepts: Accepts = lambda _: True, *, hint: str = ALWAYS
) -> Detector:
    """Return a detector of compiled patterns.

    Args:
        kind: Names what it finds.
        literal: A text that each text with such a secret holds.
        pattern: Finds the secret.
        accepts: Has the last word on a match.
        hint: A faster pattern without which that one isn't tried.
    """
    return Detector(kind, literal, re.compile(hint), re.compile(pattern), accepts)
