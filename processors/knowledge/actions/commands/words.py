"""What people call kinds of objects and times, in English and Russian."""

from __future__ import annotations

import re
from typing import Final

from processors.knowledge.actions.resources import RESOURCES, find_resource

# Each form that a Russian sentence needs, for the kinds that are spoken of.
_RUSSIAN: Final = {
    "pod": "под пода поду поды подов подам",
    "deployment": "деплоймент деплоймента деплойменты деплойментов деплой деплоя деплои деплоев",
    "statefulset": "стейтфулсет стейтфулсета стейтфулсеты стейтфулсетов",
    "daemonset": "демонсет демонсета демонсеты демонсетов",
    "replicaset": "репликасет репликасета репликасеты репликасетов",
    "service": "сервис сервиса сервисы сервисов",
    "ingress": "ингресс ингресса ингрессы ингрессов",
    "configmap": "конфигмап конфигмапа конфигмапы конфигмапов конфигмапу",
    "job": "джоб джоба джобы джобов джобу",
    "cronjob": "кронджоб кронджоба кронджобы кронджобов",
    "node": "нода ноды ноду ноде нод узел узла узлы узлов",
    "namespace": "неймспейс неймспейса неймспейсы неймспейсов",
    "event": "событие события событий",
}
_SPACED: Final = {
    "config map": "configmap",
    "cron job": "cronjob",
    "stateful set": "statefulset",
    "daemon set": "daemonset",
    "replica set": "replicaset",
    "network policy": "networkpolicy",
    "service account": "serviceaccount",
    "volume claim": "persistentvolumeclaim",
    "пространства имён": "namespace",
    "пространства имен": "namespace",
}
_CALLED: Final[dict[str, str]] = (
    {form: name for name, forms in _RUSSIAN.items() for form in forms.split()}
    | _SPACED
    | {f"{spaced}s": name for spaced, name in _SPACED.items()}
    | {"network policies": "networkpolicy"}
)
_WORKLOADS: Final = ("deployment", "statefulset", "daemonset", "replicaset")

_UNITS: Final = {
    "d": ("d", "day", "days", "д", "день", "дня", "дней", "сутки", "суток"),
    "h": ("h", "hour", "hours", "hr", "hrs", "ч", "час", "часа", "часов"),
    "m": ("m", "min", "mins", "minute", "minutes", "мин", "минута", "минуту", "минуты", "минут"),
    "s": ("s", "sec", "secs", "second", "seconds", "с", "сек", "секунду", "секунды", "секунд"),
}
_AMOUNT: Final = re.compile(r"(\d{1,5})\s?([^\W\d]+)")


def name_resource(called: str) -> str:
    """Return the catalogue's name of a kind of objects, empty if nobody knows it.

    Example:
        >>> [name_resource(called) for called in ("Pods", "деплоймента", "config maps", "unicorns")]
        ['pod', 'deployment', 'configmap', '']
    """
    lowered = " ".join(called.lower().split())
    resource = find_resource(lowered)
    return resource.name if resource else _CALLED.get(lowered, "")


def list_called(*, workloads: bool = False) -> str:
    """Return a pattern of what people call kinds of objects, the longest first.

    Args:
        workloads: Only of those that run pods.
    """
    ours = {resource.name: resource for resource in RESOURCES}
    called = dict(_CALLED)
    for name, resource in ours.items():
        called |= {name: name, resource.plural: name}
        if len(resource.short) > 2:
            called[resource.short] = name
    kept = [word for word, name in called.items() if not workloads or name in _WORKLOADS]
    return "|".join(re.escape(word) for word in sorted(kept, key=len, reverse=True))


def write_duration(told: str) -> str:
    """Return a time in the catalogue's writing, as it came if it is none.

    Example:
        >>> [write_duration(told) for told in ("2 hours", "30 минут", "1h30m", "an hour", "час", "soon")]
        ['2h', '30m', '1h30m', '1h', '1h', 'soon']
    """
    lowered = told.lower().strip()
    counted = re.sub(r"^(an?\s+)?(?=[^\W\d])", "1 ", lowered)
    if _AMOUNT.sub("", counted).strip():
        return told
    found = _AMOUNT.findall(counted)
    units = [next((unit for unit, words in _UNITS.items() if word in words), "") for _, word in found]
    if not all(units):
        return told
    return "".join(f"{count}{unit}" for (count, _), unit in zip(found, units, strict=True))
