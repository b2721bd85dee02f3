"""What the gate decided about a version and by what evidence: a page for people, in Markdown."""

from collections.abc import Iterator
from html import escape
from typing import Final

from evaluation.gate.comparison import compare_results
from evaluation.gate.decision import Decision
from evaluation.gate.evidence import Evidence
from evaluation.gate.wording import SET_NAMES, tell_measure
from evaluation.measures.inspection import count_by_source
from evaluation.measures.ranking import MEASURES, average
from evaluation.measures.statistics import bootstrap_interval

_RUNBOOK: Final = "docs/runbooks/gate-refused-version.md"


def summarise(index: str, decision: Decision) -> str:
    """Return in a few sentences whether and why a version may go live.

    Example:
        >>> summarise("cag-v000002", Decision(promote=True, reasons=[]))
        'cag-v000002 was promoted: nothing speaks against it.'
    """
    if decision["promote"]:
        return f"{index} was promoted: nothing speaks against it."
    return f"{index} was refused. {' '.join(decision['reasons'])}"


def name_verdict(decision: Decision) -> str:
    """Return a decision in one word.

    Example:
        >>> name_verdict(Decision(promote=False, reasons=["It is empty."]))
        'refused'
    """
    return "promoted" if decision["promote"] else "refused"


def render_decision(index: str, decision: Decision, evidence: Evidence) -> str:
    """Return the page; names and texts of others are text in it, never markup.

    Args:
        index: The version that was judged.
        decision: The gate's.
        evidence: By what it was decided.
    """
    live = evidence["live_corpus"]
    against = f"measured against {live['index']}, which was live" if live else "the first, nothing was live"
    lines = [f"# {index} was {name_verdict(decision)}", "", f"{index} was {against}.", ""]
    lines += [*_tell_reasons(decision), ""]
    lines += [*_tell_measures(evidence), "", *_tell_corpus(evidence), "", *_tell_soundness(evidence)]
    return "\n".join(lines) + "\n"


def _tell_reasons(decision: Decision) -> Iterator[str]:
    if decision["promote"]:
        yield "Nothing speaks against it: every rule of `evaluation/gate/gate.yaml` is kept."
        return
    yield "## Why"
    yield ""
    for reason in decision["reasons"]:
        yield f"- {_quote(reason)}"
    yield ""
    yield f"What to do about it: `{_RUNBOOK}`. To let it go live all the same: the DAG `approve_version`."


def _tell_measures(evidence: Evidence) -> Iterator[str]:
    yield "## How well it answers"
    yield ""
    yield (
        "Means over the queries, with the 95 % interval of each. `p`: how often chance alone makes as "
        "large a change."
    )
    yield ""
    yield "| queries | measure | this version | live version | change | p |"
    yield "|---|---|---:|---:|---:|---:|"
    for name, results in evidence["results"].items():
        means = average(results)
        for measure in MEASURES:
            low, high = bootstrap_interval([result["measures"][measure] for result in results])
            told = f"{means[measure]:.3f} ({low:.3f} to {high:.3f})"
            yield (
                f"| {SET_NAMES.get(name, name)}, {len(results)} | {tell_measure(measure)} | {told} | "
                f"{_tell_change(evidence, name, measure, means[measure])} |"
            )


def _tell_change(evidence: Evidence, name: str, measure: str, mean: float) -> str:
    live = evidence["live_results"].get(name)
    if not live:
        return " | | "
    compared = compare_results(evidence["results"][name], live, measure)
    # A mean is never negative, but a rounded zero may have a sign.
    before = abs(mean - compared["difference"])
    return (
        f"{before:.3f} | {compared['difference']:+.3f} ({compared['low']:+.3f} to "
        f"{compared['high']:+.3f}) | {compared['p_value']:.3f}"
    )


def _tell_corpus(evidence: Evidence) -> Iterator[str]:
    now = count_by_source(evidence["corpus"])
    live = evidence["live_corpus"]
    before = count_by_source(live) if live else {}
    yield "## What it holds"
    yield ""
    yield "| source | chunks | live version |"
    yield "|---|---:|---:|"
    for source in sorted(now.keys() | before.keys()):
        yield f"| {_quote(source)} | {now.get(source, 0)} | {before.get(source, 0) if live else ''} |"
    yield f"| all | {sum(now.values())} | {sum(before.values()) if live else ''} |"


def _tell_soundness(evidence: Evidence) -> Iterator[str]:
    soundness, leaks = evidence["soundness"], evidence["leaks"]
    yield "## Whether it is sound"
    yield ""
    models = ", ".join(soundness["models"]) or "none"
    yield f"- Model of its vectors: {models}; of questions: {soundness['served']}."
    yield (
        f"- {soundness['found_by_vector']} of {soundness['probed']} chunks are found by their own text "
        "through the vectors alone."
    )
    yield (
        f"- Of {soundness['sampled']} sampled chunks {len(soundness['without_text'])} have no text and "
        f"{len(soundness['oversized'])} are longer than {soundness['chunk_tokens']} tokens."
    )
    yield f"- Pages that are lost: {len(soundness['lost'])}."
    told = evidence["abstention"]
    if told:
        yield (
            f"- Of {told['unanswerable']} questions without an answer {told['abstained']:.0%} are "
            f"recognised, of {told['answerable']} others {told['answered']:.0%} are answered."
        )
    yield f"- Leaks: {leaks['leaked']}, in {leaks['checked']} chunks and {leaks['asked']} probes."


def _quote(text: str) -> str:
    quoted = escape(" ".join(text.split()), quote=False)
    for mark in "\\`*[]|":
        quoted = quoted.replace(mark, f"\\{mark}")
    return quoted
