"""Which of several a question means: "the second one", "number 3", «второй», «последняя»."""

import re
from typing import Final

_NUMBERS: Final = (
    r"first|1st|перв\w+", r"second|2nd|втор\w+", r"third|3rd|трет\w+", r"fourth|4th|четверт\w+", r"fifth"
    r"|5th|пят(?:ый|ая|ое|ую|ого|ой)",
    r"sixth|6th|шест(?:ой|ая|ое|ую|ого)",
)  # fmt: skip
_ONE: Final = (
    r"(?:(?:likely |possible )?(?:one|cause|reason|incident|alert|problem|issue|error|step|point|item"
    r"|result|source|answer|run|page|option"
    r"|thing|hit|line|link|причин|вариант|инцидент|алерт|проблем|ошибк|шаг|пункт|результат|источник|ответ"
    r"|запуск|страниц|ссылк|строк)\w*)"
)
_ALONE: Final = r"(?=\W*$|\s*[,;]|\s+(?:is|was|does|did|has|looks|seems)\b)"
_PATTERNS: Final = tuple(
    (n, re.compile(rf"(?<!\w)(?:{word})(?: {_ONE}|{_ALONE})", re.IGNORECASE))
    for n, word in enumerate(_NUMBERS, 1)
)
_LAST: Final = re.compile(
    rf"(?<!\w)(?:the last|последн\w+)(?: {_ONE}(?!\w)|\W*$)(?!\s+(?:of|that|у|в|на|за|от)\b)", re.IGNORECASE
)
_NUMBER: Final = re.compile(
    r"(?:\b(?:number|no\.?|nr\.?|cause|incident|item|point|option|source|номер|пункт|вариант|причин[аыу]"
    r"|инцидент)\s*#?|#|№\s*)(\d{1,2})(?!\w|[.:]\d)"
    r"|\[(\d{1,2})\]",
    re.IGNORECASE,
)


def find_ordinal(question: str) -> int | None:
    """Return which one a question means, counted from 1; -1 is the last, None that it names none.

    Example:
        >>> [find_ordinal(asked) for asked in ("and the second one?", "what about #3", "а последняя?")]
        [2, 3, -1]
        >>> find_ordinal("why did it fail at the second attempt?") is None
        True
    """
    if match := _NUMBER.search(question):
        return int(match[1] or match[2]) or None
    found = next((n for n, pattern in _PATTERNS if pattern.search(question)), None)
    return found or (-1 if _LAST.search(question) else None)
