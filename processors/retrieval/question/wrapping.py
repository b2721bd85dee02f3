"""What people say around a question: greetings, thanks, haste. It says nothing of what is asked.

Who types in a chat at night begins with "hi guys, sorry to bother" and ends with "asap, thanks". Patterns
look at how a question begins, and names are looked for in all of it, so it is read without that.
"""

import re
from collections.abc import Iterable
from typing import Final

_TELL: Final = r"(?:please |pls )?(?:(?:tell|remind) (?:me|us)(?! about)|explain to (?:me|us)(?=\s*[:,]))"
_GREETINGS: Final = (
    r"(?:hi|hello|hey|heya|yo|good (?:morning|evening|day|afternoon|night)"
    r"|(?:morning|evening)(?=\s*[,.!])"
    r"|(?:всем )?привет(?:ствую)?|здравствуй(?:те)?|добр(?:ый|ого) (?:день|дня|вечер|вечера)|доброе утро"
    r"|доброй ночи)"
    r"(?: (?:guys|team|folks|runlore|всем|коллеги|народ|ребята?|бот|(?:everyone|everybody)(?=\W)(?!\s+\w)"
    r"|all(?! (?:good|ok|okay|fine|well|quiet|clear|pods|nodes|services|replicas|of|is|are|the)\b)"
    r"|there(?! (?:is|are|was|were)\b)))?",
    # Cron and Airflow write their schedules and decorators so.
    r"@(?!(?:daily|hourly|weekly|monthly|yearly|annually|midnight|reboot|once|continuous|task|dag)\b)[\w.-]+",
    r"guys|folks|(?:team|everyone|all)(?=\s*[,!])",
    r"народ|коллеги|ребят[аы]?",
)
_ASKING: Final = (
    r"(?:quick |one |small |stupid )?question(?=\s*[:,-])|(?:у меня |есть )?(?:быстрый |глупый )?вопрос",
    r"(?:so )?sorry(?: to (?:bother|disturb|bug|wake)(?: you)?(?: all| again)?)?(?:,? but)?",
    r"(?:извини|прости)(?:те)?(?:,? что (?:беспокою|отвлекаю|дергаю|бужу))?(?:,? но)?",
    rf"(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody) {_TELL}|{_TELL}",
    r"(?:do|does|did) (?:you|we|any(?:one|body)) know|any(?:one|body) knows?|(?:any|no|got an) idea",
    r"i (?:just )?(?:want|need|would like) to (?:know|see|understand)|i['’]d like to know|i wonder",
    r"please|pls|plz|пожалуйста|плиз|плз|пж",
    r"(?:не )?подскаж(?:и|ите|ешь|ете)|скажи(?:те)?|расскажи(?:те)?|напомни(?:те)?",
    r"слушай(?:те)?|(?:кто-нибудь|кто) знает|(?:хочу|хотел\w*|надо) (?:бы )?(?:узнать|понять)",
)
# What is asked about a line of a log that is pasted behind it; the line tells the rest.
_ASKED_OF_LINE: Final = (
    r"(?:(?:is|was) (?:this|that|it)(?: error| line)? (?:normal|ok(?:ay)?|new|expected|known|bad|fine)"
    r"|(?:ha(?:ve|s) )?(?:(?:you|we|(?:any|some)(?:one|body)) )?(?:ever )?seen (?:this|that|it)(?: before)?"
    r"|known issue|(?:any idea )?what(?:['’]s| is| was) (?:this|that)(?: error)?"
    r"|(?:это|такое) (?:нормально|норма|ок|новое|плохо|ожидаемо|известно)"
    r"|(?:кто-нибудь |кто )?(?:видел|встречал)\w* (?:такое|это)(?: раньше)?|что это(?: такое| за ошибка)?)"
)
_LINE: Final = (
    r"(?:\[?(?-i:ERROR|WARN(?:ING)?|FATAL|CRITICAL|SEVERE|INFO|DEBUG|PANIC)\b|\[?\d{4}-\d\d|Traceback)"
)
_OF_LINE: Final = (
    # Other questions begin so, too: "is it ok? redis is at 90 %".
    rf"{_ASKED_OF_LINE}(?:\s*\?(?=\s+{_LINE})|(?=\s*:\s*(?:\S+\s+){{3}}\S)|(?=\s+[-–—]\s+{_LINE}))",
)
_WOKEN: Final = (
    r"(?:i )?(?:just |was )*(?:got |been )?(?:paged|woken up)(?: again| at \d+)?(?=\s*[.,!;])",
    r"i(?:['’]?m| am) (?:on call|on duty|new here|half asleep)(?=\s*[.,!;])",
    r"(?:меня )?(?:только что |опять |тут )*(?:разбудили|подняли)(?=\s*[.,!;])",
    r"(?:я )?на дежурстве(?=\s*[.,!;])",
)
_JOINING: Final = (
    r"ok|okay|so|and|but|also|well|um+|hm+|oh|no|thanks|thank you",
    r"ну|а|и|так|ладно|ок|окей|спасибо",
)
# Not what is compared: ">= 500 errors".
_QUOTE: Final = r">(?!=|\s*\d)\s*"


def _compile(parts: Iterable[str]) -> re.Pattern[str]:
    # A dash may join it to a name: "team-api".
    said = rf"(?:{'|'.join(parts)})(?:[,!]++\s*+|[.:;]*+\s++(?:[-–—]++\s++)?+|[.:;]*+$)"
    return re.compile(rf"^(?:{_QUOTE})*+(?:{said})+(?=.*\w)|^(?:{_QUOTE})++", re.IGNORECASE | re.DOTALL)


_SAID_BEFORE: Final = _compile([*_GREETINGS, *_ASKING, *_OF_LINE, *_WOKEN])
_OPENING: Final = _compile([*_GREETINGS, *_ASKING, *_OF_LINE, *_WOKEN, *_JOINING])
_SAID_AFTER: Final = re.compile(
    r"(?:(?:\s*[,.!;?-]+\s*|\s+)(?:"
    r"please|pls|plz|asap|thx|thank(?:s| you)(?: (?:a lot|so much|very much|in advance|again))*"
    r"|(?<!это )(?<!так )(?<!насколько )(?<!не )(?<!очень )срочно"
    r"|пожалуйста|плиз|плз|пж|(?:заранее )?спасибо(?: большое| заранее)?)"
    # Without a sign before it, it belongs to the question: "did it hit anyone?", "is it urgent?".
    r"|\s*[,.!;?-]+\s*(?:"
    r"urgent(?:ly)?|any(?:one|body)(?: knows?)?|does any(?:one|body) know|any (?:ideas?|help)"
    r"|(?<!--)help(?: me)?|can (?:any(?:one|body)|someone) help(?: me)?|cheers"
    r"|guys|folks|everyone|team|коллеги|народ|ребята"
    r"|кто(?:-нибудь)? (?:знает|в курсе)|(?:есть )?(?:идеи|мысли)|помогите|помоги|хелп)"
    r")+[\s?!.:;()\u2600-\u27bf\U0001f300-\U0001faff-]*+$",
    re.IGNORECASE,
)
_MOST_SAID_AFTER: Final = 100
# Who wants ideas has said what is wrong, and asked nothing.
_WANTS_HELP: Final = re.compile(r"\b(?:help|ideas?)\b|идеи|мысли|помоги|хелп", re.IGNORECASE)


def unwrap(question: str) -> str:
    """Return a question without what is said around it; as it is if nothing else would be left.

    Args:
        question: In English or Russian.

    Example:
        >>> unwrap("hi guys, sorry to bother, is redis down? thanks!"), unwrap("@runlore почему?")
        ('is redis down?', 'почему?')
        >>> unwrap("is redis up, please?"), unwrap("thanks!"), unwrap("kafka is down, any ideas?")
        ('is redis up?', 'thanks!', 'kafka is down')
    """
    bare = _SAID_BEFORE.sub("", question.strip())
    end = _SAID_AFTER.search(bare, max(len(bare) - _MOST_SAID_AFTER, 0))
    if end and re.search(r"\w", bare[: end.start()]):
        sign = re.match(r"\s*([?!.]+)", end[0])
        is_asked = "?" in end[0] and not _WANTS_HELP.search(end[0])
        bare = bare[: end.start()] + (sign[1] if sign else "?" if is_asked else "")
    return (_calm(bare) if bare.isupper() and " " in bare else bare) or question


def _calm(shouted: str) -> str:
    """Return what is all in capitals in small letters, but for what is a name or a time by its look."""
    return re.sub(r"(?<!\S)[^\s\d_]+(?!\S)", lambda word: word[0].lower(), shouted)


def drop_opening(plain: str) -> str:
    """Return a text without what only leads up to the question, words that join it to others among it.

    Args:
        plain: A question, in small letters or not.

    Example:
        >>> drop_opening("hey guys, what is broken?"), drop_opening("ну что с кафкой"), drop_opening("thanks")
        ('what is broken?', 'что с кафкой', 'thanks')
    """
    return _OPENING.sub("", plain)
