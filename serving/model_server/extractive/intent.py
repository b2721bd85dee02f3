"""What kind of question it is: one for steps, for what happened, or for a fact."""

import re
from typing import Final, Literal

Intent = Literal["procedure", "incident", "fact"]

_INCIDENT: Final = re.compile(
    r"\bwhy\b|(?<!\bnothing )\bhappen(?:ed|ing|s)?\b|\bwent wrong\b|\bjust now\b"
    r"|\brecent(?:ly)?\b|\bright now\b"
    r"|\bwhen did\b|\blast (?:few )?(?:minutes?|hours?)\b|\bwhat(?:'s| is) going on\b"
    r"|почему|из-за чего|случилось|произошло|происходит|только что|недавно|сейчас|за последн",
    re.IGNORECASE,
)
# How something is, at present or at a time, is told by what was observed, too.
_STATE: Final = re.compile(
    r"\b(?:which|what) (?:[\w-]+ )?(?:alerts?|errors?|warnings?|exceptions?|anomal\w+|pods?|nodes?|jobs?"
    r"|runs?|models?|deployments?|dags?|pipelines?)\b"
    r"|^\s*(?:is|are|was|were|did|has|have|does)\b.*\b(?:unusual|anomal\w+|abnormal|firing|fail(?:ed|ing)?"
    r"|crash\w*|restart(?:ed|ing)?|healthy|pending|killed|evicted|stuck|running|ready|down|up)\b"
    r"|\bis wrong with\b"
    r"|^\s*how (?:many|often)\b(?!.*\b(?:can|should|must|may|need)\b)"
    r"|как(?:ой|ая|ие) (?:\S+ )?(?:алерт|ошибк|предупрежден|исключен|аномал|под|узл|узел|джоб|запуск|модел"
    r"|деплой|даг|пайплайн)"
    r"|^\s*(?:сколько раз|как часто)\b"
    r"|необычн|аномал|(?:упал|завершил|сработал|перезапустил|гор)\S* ли\b|^\s*что с\b|^\s*что было\b",
    re.IGNORECASE,
)
_PROCEDURE: Final = re.compile(
    r"\bhow (?:do|can|should|could|would|to)\b|\bwhat (?:do|should|can|must) (?:i|we|you)\b|\bwhat to do\b"
    r"|\bwhat (?:must|should|has to|needs to) be done\b|что (?:нужно|надо) сделать|что должно быть сделано"
    r"|\bsteps?\b|\bprocedure\b|\brunbook for\b|\bguide\b|\bwhere do (?:i|we) start\b"
    r"|что (?:мне |нам )?(?:с этим )?(?:делать|предпринять)"
    r"|как (?:мне |нам |можно |правильно |быстро )*[а-яё-]+(?:ть|ти|чь)(?:ся)?\b"
    r"|с чего начать|пошагов|инструкци|порядок действий",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"\b(?:fix|recover|resolve|repair|restore|roll back|rollback|rotate|restart|reindex|mitigate)\b"
    r"|починить|восстановить|исправить|перезапустить|откатить",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"\?\s*$|^\s*(?:what|which|when|where|who|whose|is|are|was|were|does|do|did|has|have|can|could|should"
    r"|explain)\b|^\s*(?:что|как(?:ой|ая|ое|ие|ого)|сколько|где|когда|кто|зачем|можно|объясни|расскажи)\b|\bли\b",
    re.IGNORECASE,
)


def find_intent(question: str) -> Intent:
    """Tell what is asked for: steps, what happened or how something is, or a fact.

    Who only says what is wrong ("kafka broker down") wants to know what to do.

    Example:
        >>> find_intent("How do I fix it?"), find_intent("What just happened?"), find_intent("What is lag?")
        ('procedure', 'incident', 'fact')
        >>> find_intent("Что делать, если кластер красный?"), find_intent("Почему упал Redis?")
        ('procedure', 'incident')
    """
    asks_what_happened = re.search(r"\bhappened\b|случилось|произошло", question, re.IGNORECASE)
    if _PROCEDURE.search(question) and not asks_what_happened:
        return "procedure"
    if _INCIDENT.search(question) or _STATE.search(question):
        return "incident"
    if _ACTION.search(question):
        return "procedure"
    return "fact" if _QUESTION.search(question) else "procedure"
