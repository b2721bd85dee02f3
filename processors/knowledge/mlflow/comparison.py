"""Two runs' metrics side by side: where one is better, and where a name doesn't say which way is better."""

import math
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

# Whole words of a metric's name. A name with none of them, or with some of both, says nothing: a "score" may
# be a Brier score, and the time to reach an accuracy is none.
_LOWER: Final = {
    "brier", "cer", "deviance", "duration", "ece", "err", "error", "errors", "fnr", "fpr", "latency",
    "logloss", "loss", "mae", "mape", "ms", "mse", "perplexity", "rmse", "rmsle", "seconds", "smape", "time",
    "wer",
}  # fmt: skip
_HIGHER: Final = {
    "acc", "accuracy", "auc", "auprc", "auroc", "bleu", "dice", "f1", "fbeta", "iou", "kappa", "mcc", "mrr",
    "ndcg", "precision", "r2", "recall", "roc", "rouge", "sensitivity", "specificity", "throughput", "tnr",
    "tpr",
}  # fmt: skip
HELD_OUT: Final = frozenset({"eval", "evaluation", "golden", "holdout", "test", "val", "valid", "validation"})
"""Words of metrics of data that the model wasn't trained on."""
_NAMED: Final = 5
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])\d*|\d+")


class Comparison(NamedTuple):
    """Metrics that both runs have, as sentences such as `val_auc 0.941 against 0.923 (+0.018)`."""

    better: list[str]
    worse: list[str]
    higher: list[str]
    lower: list[str]
    equal: list[str]


def compare_metrics(metrics: dict[str, float], rivals: dict[str, float]) -> Comparison:
    """Compare the finite metrics that both have, those of held-out data first.

    Example:
        >>> compare_metrics({"val_auc": 0.941, "latency_ms": 41}, {"val_auc": 0.923, "latency_ms": 30}).worse
        ['latency_ms 41 against 30 (+11)']
        >>> compare_metrics({"score": 2, "a": 1}, {"score": 1, "a": 1}).higher
        ['score 2 against 1 (+1)']
    """
    comparison = Comparison([], [], [], [], [])
    for name in sort_metrics(metrics.keys() & rivals.keys()):
        value, rival = metrics[name], rivals[name]
        if not (math.isfinite(value) and math.isfinite(rival)):
            continue
        if math.isclose(value, rival, rel_tol=1e-6):
            comparison.equal.append(name)
            continue
        direction = find_direction(name) * (1 if value > rival else -1)
        group = comparison.higher if value > rival else comparison.lower
        group = comparison.better if direction > 0 else comparison.worse if direction < 0 else group
        group.append(f"{name} {value:.4g} against {rival:.4g} ({value - rival:+.3g})")
    return comparison


def describe_comparison(comparison: Comparison, place: str) -> str:
    """Put a comparison into words that claim no more than the metrics' names allow.

    Example:
        >>> describe_comparison(Comparison(["auc 0.9 against 0.8 (+0.1)"], [], [], [], []), "production")
        'beats production: auc 0.9 against 0.8 (+0.1)'
        >>> describe_comparison(Comparison([], [], ["score 2 against 1 (+1)"], [], []), "production")
        'differs from production: higher in score 2 against 1 (+1)'
    """
    better, worse, higher, lower, equal = (", ".join(group[:_NAMED]) for group in comparison)
    other = [f"{word} in {names}" for word, names in (("higher", higher), ("lower", lower)) if names]
    if better and worse:
        return "; ".join((f"beats {place} in {better}, but is worse in {worse}", *other))
    if better:
        return "; ".join((f"beats {place}: {better}", *other))
    if worse:
        return "; ".join((f"is worse than {place}: {worse}", *other))
    if other:
        return f"differs from {place}: {'; '.join(other)}"
    return f"equals {place} in {equal}" if equal else f"shares no metric with {place}"


def sort_metrics(names: Iterable[str]) -> list[str]:
    """Return names in the order in which people look at them: held-out data first.

    Example:
        >>> sort_metrics({"loss", "val_loss"})
        ['val_loss', 'loss']
    """
    return sorted(names, key=lambda name: (not split_name(name) & HELD_OUT, name))


def find_direction(name: str) -> int:
    """Return 1 if more is better, -1 if less is better, 0 if the metric's name doesn't say.

    Example:
        >>> [find_direction(name) for name in ("val_auc", "meanSquaredError", "score", "time_to_acc")]
        [1, -1, 0, 0]
    """
    words = split_name(name)
    is_higher, is_lower = bool(words & _HIGHER), bool(words & _LOWER)
    return is_higher - is_lower


def split_name(name: str) -> set[str]:
    """Return the words of a metric's name in small letters.

    Example:
        >>> sorted(split_name("val_meanSquaredError"))
        ['error', 'mean', 'squared', 'val']
    """
    return {word.lower() for word in _WORDS.findall(name)}
