"""What the service says of actions itself, besides what the proposal and its results say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from processors.knowledge.actions.refusal import Language


@dataclass(frozen=True)
class ActionWords:
    """The sentences of one language."""

    runs: str
    queued: str
    running: str
    waiting: str
    ask_later: str
    airflow: str
    link: str
    lost: str
    executed: str
    approved_by: str
    failed: str
    unknown: str
    expired: str
    not_taken: str
    no_action: str
    offers: str
    undoes: str
    rollback: str


_WORDS: Final[dict[Language, ActionWords]] = {
    "en": ActionWords(
        runs="Runs with the rights of {person}:",
        queued="Airflow has it and hasn't begun yet.",
        running="It runs. Ask “what became of it?” for the rest.",
        waiting="Nothing has been changed. Another person has until {until} to approve it:",
        ask_later="Ask “what became of it?” afterwards.",
        airflow="approve it in Airflow",
        link="approve it on its own page",
        lost="Airflow doesn't answer any more. What was begun goes on without me:",
        executed="Done.",
        approved_by="Approved by {person}.",
        failed="It failed, and nothing is known to have been changed. The run's log has more:",
        unknown="It may have been done, and nobody can tell: look at the target. It isn't done again.",
        expired="Nobody approved it in time. Nothing was changed.",
        not_taken=(
            "The command holds what looks like a secret. It would be kept in Airflow and in the audit, so it"
            " isn't taken."
        ),
        no_action="There is no action in this conversation that you may see.",
        offers="What can be run from here, if you send it:",
        undoes="What takes the change back, if you send it:",
        rollback="It is taken back by:",
    ),
    "ru": ActionWords(
        runs="Выполняется с правами {person}:",
        queued="Airflow принял действие и ещё не начал.",
        running="Выполняется. Спросите «что с этим стало?», чтобы узнать остальное.",
        waiting="Ничего ещё не изменено. Одобрить должен другой человек, до {until}:",
        ask_later="Потом спросите: «что с этим стало?».",
        airflow="одобрить в Airflow",
        link="одобрить на отдельной странице",
        lost="Airflow больше не отвечает. Начатое продолжается без меня:",
        executed="Выполнено.",
        approved_by="Одобрил(а) {person}.",
        failed="Не получилось; о каких-либо изменениях ничего не известно. Подробности в журнале запуска:",
        unknown="Возможно, это сделано; наверняка никто не знает: посмотрите сам объект. Повтора не будет.",
        expired="Никто не одобрил вовремя. Ничего не изменено.",
        not_taken=(
            "В команде есть то, что похоже на секрет. Он остался бы в Airflow и в журнале аудита, поэтому"
            " команда не принята."
        ),
        no_action="В этом разговоре нет действия, которое вам можно показать.",
        offers="Это можно выполнить отсюда, если отправить:",
        undoes="Это отменит изменение, если отправить:",
        rollback="Отменить можно так:",
    ),
}


def choose_action_words(language: Language) -> ActionWords:
    """Return the sentences of a language."""
    return _WORDS[language]
