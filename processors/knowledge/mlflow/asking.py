"""What a question wants to know of an experiment's runs: the best of them, or those that went wrong."""

import re
from typing import Final, Literal, NamedTuple

from processors.knowledge.mlflow.comparison import split_name

Wish = Literal[
    "best", "worst", "highest", "lowest", "diverged", "failed", "deleted", "better", "worse", "production"
]  # fmt: skip

_PRODUCTION: Final = r"(?:\bprod(?:uction)?\b|\bchampion\b|прод(?!олж|укт)|боев|текущ)"
_BEATS: Final = (
    r"(?:\bbetter\b|\bbeat(?:s|en|ing)?\b|\boutperform|\bahead of\b|\bsuperior\b|лучше|обогнал"
    r"|обош[её]?л|превзош|превосход|бь[её]т|побил)"
)
_LOSES: Final = r"(?:\bworse\b|\bbehind\b|\binferior\b|хуже|уступа)"
_THAN: Final = r",? (?:чем\b|прод|production|prod\b|боев|верси|текущ|эталон|базов|того\b|той\b)"
# In this order: the lowest loss is asked for by its figure, whatever else the question says.
_WISHES: Final[dict[Wish, re.Pattern[str]]] = {
    "diverged": re.compile(
        r"\bdiverg|\bexplod|\bblew up\b|\bnan\b|\binfinit|(?:not|n't|to) converge"
        r"|разош|расход|расхож|взорв|бесконечн|не сош|не сход",
        re.IGNORECASE,
    ),
    "failed": re.compile(r"\bfail|\bcrash|упал|провал|сломал|неудач", re.IGNORECASE),
    "deleted": re.compile(r"\bdeleted?\b|\bremoved\b|удал[её]н", re.IGNORECASE),
    "highest": re.compile(
        r"\b(?:highest|largest|greatest|biggest|maxim\w+|max)\b"
        r"|наибольш|максимал|наивысш|сам\w+ (?:высок|больш)",
        re.IGNORECASE,
    ),
    "lowest": re.compile(
        r"\b(?:lowest|smallest|least|minim\w+|min)\b|наименьш|минимал|сам\w+ (?:низк|мал|меньш)",
        re.IGNORECASE,
    ),
    "better": re.compile(
        rf"{_BEATS}.{{0,60}}{_PRODUCTION}|{_PRODUCTION}.{{0,60}}{_BEATS}", re.IGNORECASE | re.DOTALL
    ),
    "worse": re.compile(
        rf"{_LOSES}.{{0,60}}{_PRODUCTION}|{_PRODUCTION}.{{0,60}}{_LOSES}", re.IGNORECASE | re.DOTALL
    ),
    # What is better than something else is another question.
    "worst": re.compile(rf"\bworst\b|худш|\bхуже(?!{_THAN})", re.IGNORECASE),
    "best": re.compile(
        rf"\bbest\b|\btop\b|\bw(?:inn(?:er|ing)|on(?!['’]t))\b|\bpromote\b|лучш(?!е{_THAN})", re.IGNORECASE
    ),
    "production": re.compile(
        r"\bin(?:to)? prod(?:uction)?\b|\bprod(?:uction)?(?:'s)? (?:models?|runs?|version)\b"
        r"|\b(?:в|на) (?:проде?|продакшен\w*|бою)(?!\w)"
        r"|(?:продов|боев|продакшен)\w* (?:модел|запуск|прогон|верси)",
        re.IGNORECASE,
    ),
}
_RUNS: Final = re.compile(
    r"\b(?:runs?|trainings?|trials?|experiments?|models?)\b|запуск|прогон|обучени|эксперимент|модел",
    re.IGNORECASE,
)
# To run something is another thing; so is a way of starting it.
_THE_RUNS: Final = re.compile(
    r"\b(?:which|what|best|worst|any|the|training|latest) (?:\w+ )?(?:runs?|trainings?|trials?)\b"
    r"|(?<!\w)(?:запуски?|прогоны?|обучени[ея])(?!\w)",
    re.IGNORECASE,
)
# Words for metrics, cut to what stays the same in each form; longer ones first.
_METRIC_WORDS: Final = (
    ("точност", "accuracy"), ("полнот", "recall"), ("потер", "loss"), ("лосс", "loss"), ("ошибк", "error"),
    ("задержк", "latency"), ("валидац", "validation"), ("тестов", "test"), ("обуча", "train"),
)  # fmt: skip
_SAME: Final = {
    "accuracy": "acc", "validation": "val", "valid": "val", "evaluation": "eval", "losses": "loss",
    "errors": "error", "err": "error", "training": "train",
}  # fmt: skip


_MEANT: Final = {"error": frozenset({"mae", "mape", "mse", "rmse", "rmsle", "smape"})}


class Ask(NamedTuple):
    """What is wanted of the runs, and in which words a metric may be meant.

    `is_about_runs` says whether runs are spoken of in some way, `asks_for_runs` whether they are asked for.
    """

    wish: Wish
    words: frozenset[str]
    question: str
    is_about_runs: bool
    asks_for_runs: bool


def read_ask(question: str) -> Ask | None:
    """Return what a question wants to know of runs, None if it doesn't ask such a thing.

    Example:
        >>> read_ask("Which run of oak is best?").wish, read_ask("Which run has the lowest val loss?").wish
        ('best', 'lowest')
        >>> read_ask("Какие запуски oak разошлись?").wish, read_ask("What is oak?")
        ('diverged', None)
    """
    wish = next((wish for wish, pattern in _WISHES.items() if pattern.search(question)), None)
    if wish is None:
        return None
    lower = question.lower()
    translated = " ".join(word for stem, word in _METRIC_WORDS if stem in lower)
    words = unify_words(f"{question} {translated}")
    meant = frozenset[str]().union(*(_MEANT.get(word, ()) for word in words))
    return Ask(wish, words | meant, question, bool(_RUNS.search(question)), bool(_THE_RUNS.search(question)))


def unify_words(text: str) -> frozenset[str]:
    """Return the words of a metric's name or of a question, each in one of its forms.

    Example:
        >>> sorted(unify_words("validation_accuracy")) == sorted(unify_words("val acc"))
        True
    """
    return frozenset(_SAME.get(word, word) for word in split_name(text))


def is_named(name: str, question: str) -> bool:
    """Tell whether a question names an experiment or run, as a whole word; also with spaces for its dashes.

    Example:
        >>> is_named("oak", "Is run oak best?"), is_named("oak", "Is oak-wide best?")
        (True, False)
        >>> is_named("fraud-detector", "Which run of the fraud detector is best?")
        True
    """
    spoken = " ".join(re.split(r"[-_/\s]+", name)).strip()
    return any(
        re.search(rf"(?<![\w-]){re.escape(writing)}(?![\w-])", question, re.IGNORECASE)
        for writing in {name, spoken} - {""}
    )
