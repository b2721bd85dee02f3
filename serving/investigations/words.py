"""What an investigation says itself, in the language of the settings."""

from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "ru"]


@dataclass(frozen=True)
class InvestigationWords:
    """Headings, and the questions that are asked about an alert."""

    fires: str
    cause: str
    remedy: str
    no_cause: str
    no_remedy: str
    failed: str
    alert_link: str
    chat_link: str
    more: str
    ask_cause: str
    ask_remedy: str


_WORDS: Final[dict[Language, InvestigationWords]] = {
    "en": InvestigationWords(
        fires="fires since {began}",
        cause="What is wrong",
        remedy="What to do",
        no_cause="Nothing that was observed says why.",
        no_remedy="No runbook names this alert.",
        failed="This can't be told now, for a part that knows it is down.",
        alert_link="the alert",
        chat_link="ask on",
        more="… the rest is left out",
        ask_cause="Why is the alert {alert} firing{where}?",
        ask_remedy="What do I do about {alert}?",
    ),
    "ru": InvestigationWords(
        fires="срабатывает с {began}",
        cause="Что случилось",
        remedy="Что делать",
        no_cause="Ничто из записанного не говорит, почему.",
        no_remedy="Ни один ранбук не называет этот алерт.",
        failed="Сейчас этого не сказать: часть, которая это знает, недоступна.",
        alert_link="алерт",
        chat_link="спросить дальше",
        more="… остальное опущено",
        ask_cause="Почему срабатывает алерт {alert}{where}?",
        ask_remedy="Что делать с алертом {alert}?",
    ),
}


def choose_investigation_words(language: Language) -> InvestigationWords:
    """Return the words of a language."""
    return _WORDS[language]
