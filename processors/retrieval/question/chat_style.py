"""A question as tired people type it, in plain words: "whats broken rn pls", "че с кафкой"."""

import re
import unicodedata
from pathlib import Path
from typing import Final

from processors.retrieval.question.spelling import correct_word

# Who pastes a whole log asks about the log.
READ_CHARACTERS: Final = 1_000

_WORD: Final = re.compile(r"[a-zа-я][a-zа-я'-]*[a-zа-я]|[a-zа-я]")
_REPEATED: Final = re.compile(r"([a-zа-я!?.])\1{2,}")
_SPACE: Final = re.compile(r"\s+")


def _read_words() -> dict[str, str]:
    """Return what people type with what they mean."""
    lines = (Path(__file__).parent / "chat_words.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" = ") for line in lines if not line.startswith("#"))
    return {typed: meant.strip() for all_typed, _, meant in pairs for typed in all_typed.split()}


MEANT: Final = _read_words()
"""What people type, and what they mean by it."""


def read_plainly(text: str) -> str:
    """Return a text in lower case with chat words spelt out.

    Example:
        >>> read_plainly("Whats broken rn??")
        'what is broken now?'
        >>> read_plainly("чё с кафкой")
        'что с кафкой'
    """
    plain = unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).lower()
    plain = plain.replace("ё", "е").replace("’", "'").replace("`", "")
    plain = _REPEATED.sub(r"\1", plain)
    plain = re.sub(r"([!?.])[!?.]+", r"\1", plain)
    plain = _WORD.sub(lambda match: MEANT.get(match[0]) or _spell(match[0]), plain)
    return _SPACE.sub(" ", plain).strip()


def _spell(word: str) -> str:
    """Return a word as it is spelt; one that only carries the text along is left out."""
    return "" if word in MEANT else correct_word(word)


def drop_opening(plain: str) -> str:
    """Return a plain text without what only leads up to the question.

    Example:
        >>> drop_opening("hey guys, what is broken?"), drop_opening("ну что с кафкой"), drop_opening("thanks")
        ('what is broken?', 'что с кафкой', 'thanks')
    """
    return _OPENING.sub("", plain)


_OPENING: Final = re.compile(
    r"^(?:(?:hi|hello|hey|yo|ok|okay|so|and|but|also|well|please|um+|hm+|guys|team|folks"
    r"|all(?! (?:good|ok|okay|fine|well|quiet|clear|pods|nodes|services|replicas|of|is|are|the)\b)"
    r"|there|sorry"
    r"|quick question"
    r"|question|thanks|thank you|oh|no|(?:can|could|would) you (?:please )?(?:tell|explain to) me"
    r"|tell me(?! about)"
    r"|do (?:you|we) know|(?:any|no|got an) idea|i (?:just )?(?:want|need|would like) to (?:know|see"
    r"|understand)|i wonder"
    r"|привет|здравствуйте|добрый (?:день|вечер)|доброе утро|народ|коллеги|ребят[аы]?|слушай(?:те)?"
    r"|подскажи(?:те)?"
    r"|скажи(?:те)?|расскажи(?:те)?|не подскажете|кто-нибудь знает|ну|а|и|так|ладно|ок|окей|спасибо|вопрос)"
    r"(?:[\s,.!:;-]+|$))+(?=.*\w)"
)
