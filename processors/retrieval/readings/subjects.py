"""What a question wants counted or listed: restarts, alerts, failed runs, lines that were logged."""

import re
from typing import Final, Literal

Subject = Literal[
    "restarts", "alerts", "failed_runs", "runs", "models", "pods", "nodes", "deployments", "jobs", "claims",
    "services", "namespaces", "requests", "errors", "warnings", "lines", "events", "incidents", "kills",
    "anomalies", "anything",
]  # fmt: skip

# In this order: failed runs are runs, and pods that were restarted are about restarts.
_PATTERNS: Final[dict[Subject, str]] = {
    "kills": r"\boom|out of memory|\bevict|\bkilled\b|убит|вытесн|нехватк\w+ памят",
    "restarts": r"\brestart|\breboot|\bcrash\s?-?loop|\bbegan anew|перезапу|рестарт|перезагру",
    "alerts": r"\balerts?\b|\bfiring\b|\bpages?d\b|алерт|оповещен|сработал",
    "failed_runs": (
        r"\bfail\w*\b[^?]{0,40}\b(?:runs?|dags?|trainings?|pipelines?|experiments?)\b"
        r"|\b(?:runs?|dags?|trainings?|pipelines?|experiments?)\b[^?]{0,40}\bfail"
        r"|(?:упа|провал|сломал|неудач|ошиб)\w*[^?]{0,40}(?:запуск|прогон|даг|dag|пайплайн|обучен)"
        r"|(?:запуск|прогон|даг|dag|пайплайн|обучен)\w*[^?]{0,40}(?:упа|провал|сломал|неудач|ошиб)"
    ),
    "requests": r"\b(?:requests?|5xx|4xx|http\s?\d{3}|status \d{3})\b|запрос",
    "anomalies": r"\banomal|\bunusual|\babnormal|\bweird|аномал|необычн|странн",
    "incidents": r"\bincidents?\b|\boutages?\b|инцидент|авари",
    "errors": r"\b(?:errors?|exceptions?|stack ?traces?|failures?)\b|ошиб|исключен|сбо(?:й|ев|и)",
    "warnings": r"\bwarnings?\b|предупрежд|варнинг",
    "lines": r"\blog(?:ged|s)?\b|\blines?\b|\blog lines?\b|лог|строк|сообщени",
    "pods": r"\bpods?\b|\bcontainers?\b|(?<![а-я])под(?:ы|ов|а|ам|ах)?(?![а-я])|контейнер",
    "nodes": r"\bnodes?\b|узл|узел|(?<![а-я])нод",
    "deployments": r"\bdeployments?\b|\bworkloads?\b|\bstateful ?sets?\b|\bdaemon ?sets?\b|деплой",
    "jobs": r"\b(?:cron ?)?jobs?\b|джоб|задани",
    "claims": r"\b(?:pvcs?|volumes?|claims?)\b|\bтом(?:а|ов|ы)?\b|\bpvc",
    "models": r"\b(?:models?|registered)\b|модел",
    "runs": (
        r"\b(?:runs?|dags?|trainings?|pipelines?|experiments?)\b"
        r"|запуск|прогон|даг|dag|пайплайн|обучен"
    ),
    "services": r"\bservices?\b|сервис",
    "namespaces": r"\bnamespaces?\b|неймспейс|нэймспейс",
    "events": r"\bevents?\b|событи",
}
_SUBJECTS: Final[dict[Subject, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PATTERNS.items()
}
_IS_WRONG: Final = re.compile(
    r"n't\b|\b(?:not|un(?:ready|healthy|available|schedulable)|fail\w*|broken|pending|stuck|down|crash\w*|bad"
    r"|wrong|dead|missing|degraded|out of)\b|(?<![а-я])(?:не|упал\w*|слом\w+|завис\w*|лежит|лежат|мертв\w*"
    r"|нерабоч\w*)(?![а-я])",
    re.IGNORECASE,
)


def find_subject(question: str) -> Subject:
    """Return what a question wants counted or listed.

    Example:
        >>> find_subject("Which services restarted today?"), find_subject("Какие алерты горят?")
        ('restarts', 'alerts')
        >>> find_subject("Which pods aren't ready?"), find_subject("What is on?")
        ('pods', 'anything')
    """
    return next((name for name, pattern in _SUBJECTS.items() if pattern.search(question)), "anything")


def asks_for_trouble(question: str) -> bool:
    """Tell whether only what isn't as it should be is asked for.

    Example:
        >>> asks_for_trouble("Which pods aren't ready?"), asks_for_trouble("Which pods are there?")
        (True, False)
    """
    return bool(_IS_WRONG.search(question))
