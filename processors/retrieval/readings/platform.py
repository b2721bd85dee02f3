"""How the platform's own knowledge is: live versions, how good and how fresh they are, what was refused."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits
from processors.retrieval.readings.telling import Telling

EXPERIMENTS: Final = ("runlore-rag", "runlore-cag")
_PIPELINES: Final = ("rag", "cag")
_FIGURES: Final = ("recall", "ndcg", "mrr", "hit_rate", "latency", "open_incidents", "chunks")
_MOST_FIGURES: Final = 6
_MOST_REASONS: Final = 3
_HOLDS: Final[dict[Language, dict[str, str]]] = {
    "en": {"rag": "what was observed", "cag": "documents"},
    "ru": {"rag": "наблюдений", "cag": "документов"},
}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "live": "Of {holds}, {version} is live{facts}",
        "none": "Of {holds}, no version is live yet",
        "chunks": "{count} chunks at the gate",
        "written": "last written at {when}",
        "decided": "passed the gate at {when}",
        "model": "vectors of {model}",
        "quality": "Measured of {version}: {figures}",
        "override": "{version} went live although the gate refused it: {reason}",
        "refused": "{version} was refused{when}: {reasons}",
        "no_refused": "Of the versions that are kept none was refused",
        "building": "{version} is being built or waits for its gate",
    },
    "ru": {
        "live": "Для {holds} действует версия {version}{facts}",
        "none": "Для {holds} действующей версии ещё нет",
        "chunks": "чанков при проверке {count}",
        "written": "последняя запись в {when}",
        "decided": "проверка пройдена в {when}",
        "model": "векторы модели {model}",
        "quality": "Измерено у {version}: {figures}",
        "override": "{version} действует, хотя проверка её отклонила: {reason}",
        "refused": "{version} отклонена{when}: {reasons}",
        "no_refused": "Среди хранимых версий отклонённых нет",
        "building": "{version} строится или ждёт проверки",
    },
}


def tell_platform(
    live: Mapping[str, str | None],
    metas: Mapping[str, Mapping[str, Any]],
    runs: Sequence[Seen],
    telling: Telling,
) -> Reading:
    """Return which versions are live, how they were measured, and why the last was refused.

    Args:
        live: Of each pipeline the version that is live.
        metas: What each version says of itself, by its name, the newest first.
        runs: Of the versions' own experiments in MLflow, the newest first.
        telling: How it is worded.
    """
    language = telling.language
    lines: list[Line] = []
    for pipeline in _PIPELINES:
        version = live.get(pipeline)
        holds = _HOLDS[language][pipeline]
        if not version:
            lines.append(_say("none", (), language, holds=holds))
            continue
        meta = metas.get(version, {})
        run = next((run for run in runs if version in f"{run.hit['title']} {run.hit['text']}"), None)
        keys = (run.key,) if run else ()
        facts = list(_list_facts(meta, telling))
        told = f": {', '.join(facts)}" if facts else ""
        lines.append(_say("live", keys, language, holds=holds, version=version, facts=told))
        if run and (figures := _list_figures(run)):
            lines.append(_say("quality", keys, language, version=version, figures=", ".join(figures)))
        if override := meta.get("override"):
            lines.append(_say("override", keys, language, version=version, reason=override.get("reason", "")))
    lines += _tell_refused(metas, telling)
    lines += [
        _say("building", (), language, version=version)
        for version, meta in metas.items()
        if meta.get("state") in ("building", "candidate")
    ]
    return make_reading(lines, list_hits(runs), is_own=True)


def _say(name: str, keys: tuple[str, ...], language: Language, **told: object) -> Line:
    return Line(f"{_WORDS[language][name].format(**told)}.", keys, role="point")


def _list_facts(meta: Mapping[str, Any], telling: Telling) -> Iterator[str]:
    words = _WORDS[telling.language]
    if chunks := meta.get("chunks"):
        yield words["chunks"].format(count=chunks)
    for name, at in (
        ("decided", meta.get("gate", {}).get("decided_at")),
        ("written", meta.get("indexed_at")),
    ):
        if at:
            yield words[name].format(when=telling.at(datetime.fromisoformat(at)))
    if model := meta.get("embedding_model"):
        yield words["model"].format(model=model)


def _list_figures(run: Seen) -> list[str]:
    """Return the figures of a version's run that people ask for, quality before the rest."""
    metrics = {
        name.removeprefix("metric."): value
        for name, value in run.labels.items()
        if name.startswith("metric.")
    }
    known = [name for figure in _FIGURES for name in metrics if figure in name.lower()]
    chosen = [*dict.fromkeys(known)][:_MOST_FIGURES]
    return [f"{name} {float(metrics[name]):.4g}" for name in chosen]


def _tell_refused(metas: Mapping[str, Mapping[str, Any]], telling: Telling) -> Iterator[Line]:
    language = telling.language
    refused = [(version, meta) for version, meta in metas.items() if meta.get("state") == "refused"]
    for version, meta in refused[:2]:
        gate = meta.get("gate", {})
        reasons = "; ".join(str(reason) for reason in gate.get("reasons", [])[:_MOST_REASONS]) or "?"
        at = gate.get("decided_at")
        when = f" ({telling.at(datetime.fromisoformat(at))})" if at else ""
        yield _say("refused", (), language, version=version, when=when, reasons=reasons.rstrip("."))
    if not refused:
        yield _say("no_refused", (), language)
