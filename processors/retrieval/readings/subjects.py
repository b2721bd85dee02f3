"""What a question wants counted or listed: restarts, alerts, failed runs, lines that were logged."""

import re
from typing import Final, Literal

Subject = Literal[
    "restarts", "alerts", "failed_runs", "runs", "models", "pods", "nodes", "deployments", "jobs", "claims",
    "services", "namespaces", "requests", "errors", "warnings", "lines", "events", "incidents", "kills",
    "anomalies", "replicas", "anything",
]  # fmt: skip

# In this order: failed runs are runs, and pods that were restarted are about restarts.
_PATTERNS: Final[tuple[tuple[Subject, str], ...]] = (
    (
        "replicas",
        r"(?:how many|number of|count of) (?:\w+ ){0,2}?replicas?\b"
        r"|(?:сколько|число|количество) (?:\S+ )?реплик",
    ),
    (
        "kills",
        r"\boom(?:s|ed|ing|-?kill\w*)?(?![a-z])|out of memory|\bevict|\bkilled\b"
        r"|убит|вытесн|нехватк\w+ памят|не хват\w+ памят|(?<![а-я])оом",
    ),
    ("restarts", r"\brestart|\breboot|\bcrash\s?-?loop|\bbegan anew|перезапу|рестарт|перезагру"),
    ("alerts", r"\balerts?\b|\bfiring\b|\bpages?d\b|алерт|оповещен|сработал"),
    (
        "failed_runs",
        r"\b(?:fail|crash)\w*\b[^?]{0,40}\b(?:runs?|dags?|trainings?|pipelines?|experiments?)\b"
        r"|\b(?:runs?|dags?|trainings?|pipelines?|experiments?)\b[^?]{0,40}\b(?:fail|crash)"
        r"|(?:упа|провал|сломал|неудач|ошиб)\w*[^?]{0,40}(?:запуск|прогон|даг|(?<![a-z])dags?(?![a-z])|пайплайн|обучен)"
        r"|(?:запуск|прогон|даг|(?<![a-z])dags?(?![a-z])|пайплайн|обучен)\w*[^?]{0,40}(?:упа|провал|сломал|неудач|ошиб)",
    ),
    ("restarts", r"\bcrash(?:e[ds]|ing)?\b|\bfell over\b|(?<![а-я])пада(?:л|е|ю|н)|(?<![а-я])падени"),
    ("requests", r"\b(?:requests?|5xx|4xx|http\s?\d{3}|status \d{3})\b|запрос"),
    ("anomalies", r"\banomal|\bunusual|\babnormal|\bweird|аномал|необычн|странн"),
    ("incidents", r"\bincidents?\b|\boutages?\b|инцидент|авари"),
    ("errors", r"\b(?:errors?|exceptions?|stack ?traces?|failures?)\b|ошиб|исключен|сбо(?:й|ев|и)"),
    ("warnings", r"\bwarnings?\b|предупрежд|варнинг"),
    ("lines", r"\blog(?:ged|s)?\b|\blines?\b|\blog lines?\b|(?<![а-я])лог(?!ин)|строк|сообщени"),
    ("lines", r"\b(?:noisi|loud)est\b|(?<![а-я])шумн"),
    ("pods", r"\bpods?\b|\bcontainers?\b|(?<![а-я])под(?:ы|ов|а|ам|ах)?(?![а-я])|контейнер"),
    ("nodes", r"\bnodes?\b|узл|узел|(?<![а-я])нод"),
    ("deployments", r"\bdeployments?\b|\bworkloads?\b|\bstateful ?sets?\b|\bdaemon ?sets?\b|деплой"),
    ("jobs", r"\b(?:cron ?)?jobs?\b|джоб|задани"),
    ("claims", r"\b(?:pvcs?|volumes?|claims?)\b|\bтом(?:а|ов|ы)?\b|(?<![a-z])pvc(?![a-z])"),
    ("models", r"\b(?:models?|registered)\b|модел"),
    (
        "runs",
        r"\b(?:runs?|ran|dags?|trainings?|pipelines?|experiments?)\b"
        r"|запуск|прогон|даг|(?<![a-z])dags?(?![a-z])|пайплайн|обучен|эксперимент",
    ),
    ("services", r"\bservices?\b|сервис"),
    ("namespaces", r"\bnamespaces?\b|неймспейс|нэймспейс"),
    ("anomalies", r"\bmetrics\b|метрик"),
    ("events", r"\bevents?\b|событи"),
)
_SUBJECTS: Final[tuple[tuple[Subject, re.Pattern[str]], ...]] = tuple(
    (name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS
)
_OBJECTS: Final[tuple[Subject, ...]] = ("pods", "nodes", "deployments", "jobs", "claims", "services")
_TIMES: Final = re.compile(r"\b(?:how often|times)\b|\bсколько раз\b|\bкак часто\b", re.IGNORECASE)
_IS_WRONG: Final = re.compile(
    r"n't\b|\b(?:not|un(?:ready|healthy|available|schedulable)|fail(?:s|ed|ing|ures?)?|broken|pending|stuck"
    r"|down|crash\w*|bad|wrong|dead|missing|degraded|out of)\b"
    r"|(?<![а-я])(?:не|упал\w*|слом\w+|завис\w*|лежит|лежат|мертв\w*|нерабоч\w*)(?![а-я])",
    re.IGNORECASE,
)


_IS_WELL: Final = re.compile(
    r"\b(?:ready|healthy|up|available|running|alive|working|fine)\b"
    r"|(?<![а-я])(?:готов\w*|работа\w+|жив\w*|доступн\w*|здоров\w*|запущен\w*)",
    re.IGNORECASE,
)
_ENDED_WELL: Final = re.compile(
    r"\b(?:succe\w+|passed|completed|finished|green)\b|(?<![а-я])(?:успешн|удачн|отработал|завершил)\w*",
    re.IGNORECASE,
)
_SOURCES: Final[dict[str, re.Pattern[str]]] = {
    "pipeline_run": re.compile(r"\b(?:dags?|pipelines?|airflow)\b|(?<![а-я])(?:даг|пайплайн)", re.IGNORECASE),
    "ml_run": re.compile(
        r"\b(?:trainings?|experiments?|mlflow|models?)\b|обучен|эксперимент|модел", re.IGNORECASE
    ),
}
_IS_NEW: Final = re.compile(
    r"\bnew (?:log )?(?:errors?|warnings?|exceptions?|failures?|lines?|messages?|stack ?traces?)\b"
    r"|\b(?:errors?|warnings?|lines?|messages?) (?:is|are|were) new\b|\bnew in (?:\S+ ){0,2}logs?\b"
    r"|\bfor the first time\b|\bnever (?:been )?(?:seen|logged) before\b"
    r"|(?<![а-я])нов(?:ы[ехм]|ая|ую) (?:ошиб|предупрежд|исключен|сбо|строк|сообщен|варнинг)"
    r"|нового в (?:\S+ )?лог|(?<![а-я])впервые(?![а-я])",
    re.IGNORECASE,
)
_MOST_OFTEN: Final = re.compile(
    r"\btop\b|\bmost (?:frequent|common|often|noisy|repeated)\b|\b(?:noisiest|loudest)\b|\bmost\W*$"
    r"|\bthe most (?:log )?(?:errors|warnings|lines|exceptions|failures|requests)\b"
    r"|(?<![а-я])топ(?![а-я])|(?<![а-я])(?:сам\w+|наиболее) (?:част|шумн|массов)\w+"
    r"|(?<![а-я])(?:чаще|больше) (?:всего|всех|других)",
    re.IGNORECASE,
)
_WHICH_SERVICE: Final = re.compile(
    r"\b(?:which|what) (?:service|app|application)s?\b|^\W*who\b|\b(?:noisiest|loudest) (?:service|app)"
    r"|\bby service\b|(?<![а-я])(?:как(?:ой|ие)|у каких|у какого|в каком) сервис|^\W*кто(?![а-я])"
    r"|сам\w+ шумн\w+ сервис|по сервисам",
    re.IGNORECASE,
)
_WHICH_NAMESPACE: Final = re.compile(
    r"\b(?:which|what) namespaces?\b|\bby namespace\b|(?<![а-я])(?:как(?:ой|ом|ие|их)) не[йи]мспейс",
    re.IGNORECASE,
)
_IS_OVER: Final = re.compile(
    r"\b(?:resolved|ended|closed|cleared|(?:is|are|was|were) over)\b"
    r"|(?<![а-я])(?:закрыт|закончил|завершил|прошл|решенн|устранен)\w*",
    re.IGNORECASE,
)


def find_subject(question: str) -> Subject:
    """Return what a question wants counted or listed.

    How often something happened to an object is no number of objects.

    Args:
        question: In English or Russian, its names veiled, as for all functions here.

    Example:
        >>> find_subject("Which services restarted today?"), find_subject("Какие алерты горят?")
        ('restarts', 'alerts')
        >>> find_subject("Which pods aren't ready?"), find_subject("What is on?")
        ('pods', 'anything')
    """
    found: Subject = next((name for name, pattern in _SUBJECTS if pattern.search(question)), "anything")
    return "anything" if found in _OBJECTS and _TIMES.search(question) else found


def asks_for_trouble(question: str) -> bool:
    """Tell whether only what isn't as it should be is asked for.

    Example:
        >>> asks_for_trouble("Which pods aren't ready?"), asks_for_trouble("Which pods are there?")
        (True, False)
    """
    return bool(_IS_WRONG.search(question))


def asks_for_new(question: str) -> bool:
    """Tell whether only what was never there before is asked for.

    Example:
        >>> asks_for_new("Any new errors?"), asks_for_new("Что нового в логах?"), asks_for_new("Any errors?")
        (True, True, False)
    """
    return bool(_IS_NEW.search(question))


def asks_for_most_often(question: str) -> bool:
    """Tell whether what there is most of goes first.

    Example:
        >>> asks_for_most_often("top errors"), asks_for_most_often("Какие ошибки чаще всего?")
        (True, True)
        >>> asks_for_most_often("which errors?")
        False
    """
    return bool(_MOST_OFTEN.search(question))


def asks_by(question: str) -> Literal["service", "namespace"] | None:
    """Return which places are asked for that something happens to, None for the messages themselves.

    Example:
        >>> asks_by("which service logs the most errors?"), asks_by("errors by namespace")
        ('service', 'namespace')
    """
    if _WHICH_NAMESPACE.search(question):
        return "namespace"
    return "service" if _WHICH_SERVICE.search(question) else None


def asks_for_well(question: str) -> bool:
    """Tell whether only what is as it should be is asked for.

    Example:
        >>> asks_for_well("How many nodes are ready?"), asks_for_well("Which pods aren't ready?")
        (True, False)
    """
    return bool(_IS_WELL.search(question)) and not asks_for_trouble(question)


def asks_for_over(question: str) -> bool:
    """Tell whether what is over is asked for.

    Example:
        >>> asks_for_over("Which alerts are resolved?"), asks_for_over("какие алерты горят?")
        (True, False)
    """
    return bool(_IS_OVER.search(question))


def asks_for_success(question: str) -> bool:
    """Tell whether only runs that ended well are asked for.

    Example:
        >>> asks_for_success("How many DAGs succeeded?"), asks_for_success("How many DAGs ran?")
        (True, False)
    """
    return bool(_ENDED_WELL.search(question)) and not asks_for_trouble(question)


def find_runs_of(question: str) -> str:
    """Return the kind of run that a question means, empty if it may be any.

    Example:
        >>> find_runs_of("which DAGs ran today?"), find_runs_of("which runs failed?")
        ('pipeline_run', '')
    """
    found = [kind for kind, pattern in _SOURCES.items() if pattern.search(question)]
    return found[0] if len(found) == 1 else ""
