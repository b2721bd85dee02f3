"""What is said to who greets, thanks, or asks what can be asked: fixed words with examples."""

import re
from typing import Final

from processors.retrieval.readings.reading import Language

_THANKS: Final = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|great|perfect|awesome|bye|good ?bye)\b"
    r"|спасибо|благодар|отлично|супер|пока\b",
    re.IGNORECASE,
)
_THANKED: Final[dict[Language, str]] = {
    "en": "You're welcome. Ask again whenever something looks wrong.",
    "ru": "Пожалуйста. Спрашивайте, если что-то выглядит не так.",
}
_GREETING: Final[dict[Language, str]] = {
    "en": (
        "I answer from what this platform has observed (Kubernetes, alerts, metrics, logs, runs of MLflow "
        "and Airflow) and from its documents, and cite every sentence. I quote and count; I write nothing of "
        "my own."
    ),
    "ru": (
        "Я отвечаю по тому, что наблюдала эта платформа (Kubernetes, алерты, метрики, логи, запуски MLflow и "
        "Airflow), и по её документам, и указываю источник каждой фразы. Я цитирую и считаю; сам ничего не "
        "сочиняю."
    ),
}
_EXAMPLES_HEAD: Final[dict[Language, str]] = {"en": "Ask me, for example:", "ru": "Спросите, например:"}
_EXAMPLES: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "What is wrong?",
        "Why is checkout down?",
        "What changed in namespace shop in the last hour?",
        "Is kafka healthy?",
        "How many errors were logged since 9?",
        "How much memory does opensearch use?",
        "Which alerts are firing?",
        "What do I do when the cluster is red?",
        "Which version is live, and why was the last one refused?",
    ),
    "ru": (
        "Что сломано?",
        "Почему не работает checkout?",
        "Что менялось в неймспейсе shop за последний час?",
        "Kafka в порядке?",
        "Сколько ошибок было в логах с 9 утра?",
        "Сколько памяти ест opensearch?",
        "Какие алерты горят?",
        "Что делать, если кластер красный?",
        "Какая версия действует и почему отклонена последняя?",
    ),
}
_SHORT: Final = 4


def say_chat(question: str, language: Language) -> str:
    """Return the answer to who greets, thanks, or asks what can be asked.

    Args:
        question: As it was asked.
        language: Of the question.

    Example:
        >>> say_chat("Thanks a lot!", "en")
        "You're welcome. Ask again whenever something looks wrong."
        >>> say_chat("Что ты умеешь?", "ru").splitlines()[-1]
        '- Какая версия действует и почему отклонена последняя?'
    """
    if _THANKS.search(question):
        return _THANKED[language]
    return f"{_GREETING[language]}\n\n{suggest_questions(language, len(_EXAMPLES[language]))}"


def suggest_questions(language: Language, most: int = _SHORT) -> str:
    """Return what to ask, as a list in Markdown.

    Args:
        language: Of the question.
        most: So many examples.
    """
    listed = "\n".join(f"- {example}" for example in _EXAMPLES[language][:most])
    return f"{_EXAMPLES_HEAD[language]}\n\n{listed}"
