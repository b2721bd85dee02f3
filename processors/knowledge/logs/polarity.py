"""The polarity of a line: lines that say the opposite of each other differ in one word.

To a miner of templates that word is a variable: "connection opened" and "connection refused" would be one
pattern, told by whichever came last. It is the words of a line that turn its meaning, and lines of
different polarity never share a pattern. Of a pair of opposites one word is enough: none counts too.
"""

import re
from functools import lru_cache
from typing import Final

_NOT: Final = "not no never none without cannot unable не нет без нельзя невозможно"
_FAILS: Final = (
    "fail fails failed failing failure failures error errors err unsuccessful unsuccessfully refuse "
    "refuses refused refusal reject rejects rejected rejection deny denies denied denial decline "
    "declines declined forbidden timeout aborted abort broken invalid corrupt corrupted crashed lost "
    "miss missed missing expired nok unhealthy unavailable unreachable unauthorized unauthorised "
    "incomplete blocked cancelled canceled killed dropped exceeded mismatch mismatched timed evicted "
    "warn warning fatal critical ko expire aborts crash crashes"
)
_ENDS: Final = (
    "stop stops stopped stopping close closes closed closing down off offline disable disables disabled "
    "disabling disconnect disconnects disconnected disconnecting unload unloaded unloading release "
    "releases released releasing remove removed removing delete deleted deleting unlock unlocked end "
    "ended ending exit exited exiting finish finished finishing complete completed leave left leaving "
    "suspend suspended paused pausing unsubscribe unsubscribed deregister deregistered unregister "
    "unregistered detach detached unmount unmounted rollback logout leaves false inactive absent dead "
    "revoke revoked decreased decrease skipped ignored below"
)
# Russian words change their endings; these are their stems.
_FAILS_IN_RUSSIAN: Final = (
    "неусп", "неуд", "ошиб", "сбо", "отказ", "отклон", "отвер", "запрещ", "запрет", "потер", "прерван",
    "недост", "неверн", "истек", "истёк", "превыш",
)  # fmt: skip
_ENDS_IN_RUSSIAN: Final = (
    "останов", "отключ", "выключ", "закры", "удален", "удалён", "заверш", "снят", "деактив", "неактив",
)  # fmt: skip
_LETTERS: Final = {
    **dict.fromkeys(_NOT.split(), "n"),
    **dict.fromkeys(_FAILS.split(), "f"),
    **dict.fromkeys(_ENDS.split(), "e"),
    # What `mask_variables` makes of a status and of an exit code of 0.
    **{f"<{first}xx>": letter for first, letter in zip("12345", "pqrst", strict=True)},
    "<zero>": "z",
}
# Unbound, unmounted, unreachable; but not under, until, unit or unique.
_UNDONE: Final = re.compile(r"un(?!der|til|i)[a-z]{1,20}(?:ed|ing|able|ible|ound)")
_WORD: Final = re.compile(r"<[1-5]xx>|<ZERO>|[^\W\d_]++(?:['’]t\b)?")
_MOST_LETTERS: Final = 6
_LONGEST_KEPT: Final = 300
_NONE: Final = "-"


def find_polarity(masked: str) -> str:
    """Return a letter for each word of a masked line that turns its meaning, or "-".

    Example:
        >>> [find_polarity(f"connection to <ADDRESS> {word}") for word in ("opened", "refused", "closed")]
        ['-', 'f', 'e']
        >>> [find_polarity(line) for line in ("can't say that it is not ready", "служба запущена", "сбой")]
        ['nn', '-', 'f']
    """
    return _find_polarity(masked) if len(masked) > _LONGEST_KEPT else _recall_polarity(masked)


def _find_polarity(masked: str) -> str:
    letters = "".join(map(_name_turn, _WORD.findall(masked)))
    return letters[:_MOST_LETTERS] or _NONE


# Lines of one pattern are often equal once they are masked.
_recall_polarity: Final = lru_cache(maxsize=10_000)(_find_polarity)


@lru_cache(maxsize=20_000)
def _name_turn(word: str) -> str:
    plain = word.lower()
    if plain.endswith(("n't", "n’t")):
        return "n"
    if plain.startswith(_FAILS_IN_RUSSIAN):
        return "f"
    if plain.startswith(_ENDS_IN_RUSSIAN):
        return "e"
    return _LETTERS.get(plain) or ("f" if _UNDONE.fullmatch(plain) else "")
