"""Why an action isn't done: a reason from a fixed list, with what it is about, told in two languages."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "ru"]

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "unknown_action": {
        "en": "There is no action `{action}` in the catalogue.",
        "ru": "В каталоге нет действия `{action}`.",
    },
    "unreadable": {
        "en": "This isn't a request for an action: {what}.",
        "ru": "Это не запрос действия: {what}.",
    },
    "no_command": {
        "en": "`{what}` is no command of the catalogue. Such are: `/do kubectl get pods -n shop`, "
        "`/do restart the api deployment in shop`, `/do promql up`.",
        "ru": "`{what}` – не команда каталога. Примеры: `/do kubectl get pods -n shop`, "
        "`/do перезапусти деплоймент api в shop`, `/do promql up`.",
    },
    "missing_parameter": {
        "en": "`{action}` needs `{parameter}`.",
        "ru": "Для `{action}` нужен параметр `{parameter}`.",
    },
    "unknown_parameter": {
        "en": "`{action}` has no parameter `{parameter}`.",
        "ru": "У `{action}` нет параметра `{parameter}`.",
    },
    "bad_parameter": {
        "en": "`{parameter}` of `{action}` must be {form}; `{value}` isn't.",
        "ru": "`{parameter}` действия `{action}`: ожидается {form}; `{value}` не подходит.",
    },
    "refused_flag": {
        "en": "`{flag}` isn't allowed here: the catalogue knows each option that may be used.",
        "ru": "`{flag}` здесь не разрешён: каталог знает каждый допустимый параметр.",
    },
    "unknown_option": {
        "en": "`{flag}` isn't an option of `kubectl {verb}` here; these are: {known}.",
        "ru": "У `kubectl {verb}` здесь нет параметра `{flag}`; есть такие: {known}.",
    },
    "refused_file": {
        "en": "Only a manifest in the message itself is applied, not the file `{file}`: write "
        "`kubectl apply -f -`, and the manifest below it.",
        "ru": "Применяется только манифест из самого сообщения, а не файл `{file}`: напишите "
        "`kubectl apply -f -`, а манифест – ниже.",
    },
    "bad_signature": {
        "en": "The request's signature isn't good: it was changed, or isn't ours.",
        "ru": "Подпись запроса неверна: он изменён или создан не нами.",
    },
    "bad_approval": {
        "en": "The approval's signature isn't good: it was changed, or isn't ours.",
        "ru": "Подпись одобрения неверна: оно изменено или создано не нами.",
    },
    "bad_link": {
        "en": "This link isn't good: it was changed, or is of another proposal.",
        "ru": "Ссылка недействительна: она изменена или относится к другому предложению.",
    },
    "may_not_propose": {
        "en": "{person} may not propose `{action}`; these groups may: {groups}.",
        "ru": "{person} не может предлагать `{action}`; могут группы: {groups}.",
    },
    "may_not_approve": {
        "en": "{person} may not approve `{action}`; these groups may: {groups}.",
        "ru": "{person} не может одобрять `{action}`; могут группы: {groups}.",
    },
    "unknown_proposer": {
        "en": "The policy doesn't know {person}: nobody could tell whether the approver is another person.",
        "ru": "Политика не знает {person}: нельзя понять, другой ли человек одобряет.",
    },
    "unknown_approver": {
        "en": "The policy doesn't know {person}, so {person} can't approve.",
        "ru": "Политика не знает {person}, поэтому {person} не может одобрять.",
    },
    "self_approval": {
        "en": "{person} proposed this; another person has to approve it.",
        "ru": "Это предложение сделал(а) {person}; одобрить должен другой человек.",
    },
    "no_right": {
        "en": "{person} has no right to do this: {missing}.",
        "ru": "У {person} нет прав на это: {missing}.",
    },
    "manifest_forbidden": {
        "en": "The policy forbids this manifest: {what}.",
        "ru": "Политика запрещает этот манифест: {what}.",
    },
    "not_approved": {
        "en": "Nobody approved this.",
        "ru": "Никто этого не одобрил.",
    },
    "rejected": {
        "en": "{person} rejected this.",
        "ru": "{person} отклонил(а) это.",
    },
    "expired": {
        "en": "This expired at {at}.",
        "ru": "Срок истёк {at}.",
    },
    "changed": {
        "en": "What was approved isn't what would run now: {what} changed meanwhile.",
        "ru": "Одобрено не то, что выполнилось бы сейчас: за это время изменилось {what}.",
    },
    "used_before": {
        "en": "This was run before; an approval is good for once.",
        "ru": "Это уже выполнялось; одобрение действует один раз.",
    },
    "not_found": {
        "en": "{what} isn't there.",
        "ru": "{what} не найдено.",
    },
    "system_refused": {
        "en": "{system} refused: {what}",
        "ru": "{system} отказывает: {what}",
    },
    "not_configured": {
        "en": "Actions are off here: {setting} isn't set.",
        "ru": "Действия здесь выключены: не задано {setting}.",
    },
}

REASONS: Final = frozenset(_WORDS)


class ActionRefusedError(Exception):
    """An action isn't done, and nothing was changed by it."""

    def __init__(self, reason: str, **details: str) -> None:
        """Refuse.

        Args:
            reason: One of `REASONS`.
            details: What the reason's sentence names.
        """
        super().__init__(_WORDS[reason]["en"].format_map(details))
        self.reason = reason
        self.details = details


def tell_refusal(error: ActionRefusedError, language: Language) -> str:
    """Return why an action isn't done, as a sentence.

    Example:
        >>> error = ActionRefusedError("expired", at="12:00 UTC")
        >>> str(error), tell_refusal(error, "ru")
        ('This expired at 12:00 UTC.', 'Срок истёк 12:00 UTC.')
    """
    return _WORDS[error.reason][language].format_map(error.details)
