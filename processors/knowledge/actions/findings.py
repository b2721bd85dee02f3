"""What a verification found: one of a fixed list, with what it is about, told in two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.knowledge.actions.refusal import Language

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "unseen": {
        "en": "{name}: its controller hasn't seen the change yet",
        "ru": "{name}: контроллер ещё не увидел изменение",
    },
    "stuck": {"en": "{name}: stuck, {why}", "ru": "{name}: выкатка остановилась, {why}"},
    "old_left": {
        "en": "{name}: {count} old replicas are still there",
        "ru": "{name}: старых реплик ещё осталось: {count}",
    },
    "updating": {
        "en": "{name}: {count} of {wanted} replicas updated",
        "ru": "{name}: обновлено реплик: {count} из {wanted}",
    },
    "starting": {
        "en": "{name}: {count} of {wanted} replicas available",
        "ru": "{name}: доступно реплик: {count} из {wanted}",
    },
    "rolled_out": {
        "en": "{name}: rolled out, {count} of {wanted} replicas available",
        "ru": "{name}: выкатка завершена, доступно реплик: {count} из {wanted}",
    },
    "as_left": {
        "en": "{name} is as the action left it",
        "ru": "{name}: всё так, как оставило действие",
    },
    "changed_since": {
        "en": "{name} was changed by something else since",
        "ru": "{name}: с тех пор изменено чем-то другим",
    },
    "applied": {"en": "{name} is as it was applied", "ru": "{name}: всё так, как было применено"},
    "not_as_applied": {
        "en": "{name} was changed by something else since, or is gone",
        "ru": "{name}: с тех пор изменено чем-то другим или удалено",
    },
    "gone": {"en": "{name} is gone", "ru": "{name}: больше нет"},
    "still_there": {"en": "{name} is still there", "ru": "{name}: всё ещё есть"},
    "no_silence": {"en": "there is no such silence", "ru": "такого заглушения нет"},
    "silence_active": {"en": "silence {silence} is active", "ru": "заглушение {silence} действует"},
    "silence_ended": {"en": "the silence has ended", "ru": "заглушение снято"},
    "silence_left": {"en": "the silence is active", "ru": "заглушение ещё действует"},
    "no_run": {"en": "there is no run {run}", "ru": "запуска {run} нет"},
    "run": {"en": "the run {run} is {state}", "ru": "состояние запуска {run}: {state}"},
    "alias": {
        "en": "{alias} stands for version {version}",
        "ru": "{alias} указывает на версию {version}",
    },
    "no_alias": {"en": "{alias} stands for no version", "ru": "{alias} не указывает ни на одну версию"},
    "live": {"en": "{version} is live", "ru": "действует {version}"},
    "alerts_gone": {"en": "no longer firing: {alerts}", "ru": "больше не срабатывают: {alerts}"},
    "alerts_left": {"en": "still firing: {alerts}", "ru": "ещё срабатывают: {alerts}"},
}


class Finding(NamedTuple):
    """What was found, by its name in the list, and what its sentence names."""

    what: str
    details: Mapping[str, Any]

    def tell(self, language: Language) -> str:
        """Return it as a sentence."""
        return _WORDS[self.what][language].format_map(self.details)


def make_finding(what: str, **details: object) -> Finding:
    """Return a finding.

    Args:
        what: Its name in the list.
        details: What its sentence names.

    Raises:
        KeyError: There is no such finding.

    Example:
        >>> found = make_finding("run", run="r1", state="running")
        >>> found.tell("en"), found.tell("ru")
        ('the run r1 is running', 'состояние запуска r1: running')
    """
    _WORDS[what]
    return Finding(what, details)
