"""The gate: may this version go live? A policy file, the evidence, and reasons that a person understands."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypedDict

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from evaluation.measures.abstention import AbstentionReport
from evaluation.measures.inspection import Corpus, Soundness, count_by_source
from evaluation.measures.leaks import LeakReport
from evaluation.measures.ranking import MEASURES, QueryResult
from evaluation.measures.statistics import Comparison, compare_paired
from processors.chunk import Pipeline

POLICY_FILE: Final = Path(__file__).parent / "gate.yaml"

_EXAMPLES: Final = 5

Results = Mapping[str, list[QueryResult]]
"""Query set to what each of its queries found."""

QuerySet = Literal["golden", "generated", "known_item"]

SET_NAMES: Final[dict[str, str]] = {
    "golden": "golden queries",
    "generated": "generated queries",
    "known_item": "known items",
    "feedback": "questions whose answers people liked",
}
"""The query sets in words."""


def _require_measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(f"no such measure; there are {', '.join(MEASURES)}")
    return name


Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]
Measure = Annotated[str, AfterValidator(_require_measure)]


class SetRules(BaseModel):
    """What the queries of a set must reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floors: dict[Measure, Share] = {}
    allowed_regression: dict[Measure, Share] = {}


class Policy(BaseModel):
    """What a version of a pipeline must reach; `gate.yaml` tells what each rule means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence: float = Field(gt=0, lt=1)
    query_sets: dict[QuerySet, SetRules]
    leaks: Count
    minimum_corpus_share: Share
    minimum_source_share: Share
    small_source_chunks: Count
    lost_documents: Count
    chunks_without_text: Count
    oversized_share: Share
    chunks_per_document: float = Field(ge=1)
    found_by_vector: Share


class Evidence(TypedDict):
    """All that the gate decides by.

    `results` and `live_results` are of the same queries; the latter are empty when nothing is live. `sources`
    are those that the candidate was built from: what was taken out of the settings is no loss. `abstention`
    tells how well questions without an answer are told from others, where there are such. `names` are the
    paths of documents by id, as far as known. `obstacle` says why nothing may go live now, however good.
    """

    results: Results
    live_results: Results
    corpus: Corpus
    live_corpus: Corpus | None
    sources: set[str] | None
    soundness: Soundness
    leaks: LeakReport
    abstention: AbstentionReport | None
    names: Mapping[str, str]
    obstacle: str | None


class Decision(TypedDict):
    """Whether a version is promoted, and every reason against it."""

    promote: bool
    reasons: list[str]


class PolicyError(ValueError):
    """The policy file holds what is no policy; the message names the place."""


def load_policy(pipeline: Pipeline, path: Path = POLICY_FILE) -> Policy:
    """Return a pipeline's part of the policy file.

    Raises:
        PolicyError: The file has no such part, or a wrong word or value in it.
    """
    try:
        parts = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Policy.model_validate(parts[pipeline])
    except ValidationError as error:
        wrong = "; ".join(_tell_problem(pipeline, problem) for problem in error.errors())
        raise PolicyError(f"{path.name}: {wrong}") from error
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise PolicyError(f"{path.name} has no readable part {pipeline!r}: {error}") from error


def _tell_problem(pipeline: str, problem: Mapping[str, Any]) -> str:
    place = ".".join([pipeline, *(str(part) for part in problem["loc"] if part != "[key]")])
    return f"{place}: {problem['msg']}"


def decide(policy: Policy, evidence: Evidence) -> Decision:
    """Hold the evidence against the policy; every rule that is broken is a reason, in a sentence."""
    reasons = chain(
        [evidence["obstacle"]] if evidence["obstacle"] else [],
        _check_leaks(policy, evidence["leaks"], evidence["names"]),
        _check_model(policy, evidence["soundness"]),
        _check_corpus(policy, evidence),
        _check_chunks(policy, evidence),
        _check_results(policy, evidence),
    )
    found = list(reasons)
    return Decision(promote=not found, reasons=found)


def _check_leaks(policy: Policy, leaks: LeakReport, names: Mapping[str, str]) -> Iterator[str]:
    if leaks["leaked"] > policy.leaks:
        examples = "; ".join(
            f"{names.get(leak['doc_id'], leak['doc_id'])}: {leak['reason']}" for leak in leaks["examples"]
        )
        yield (
            f"It leaks: {leaks['leaked']} of {leaks['checked']} chunks and {leaks['asked']} probes would "
            f"show somebody what their groups don't allow, {_tell_limit(policy.leaks)} ({examples})."
        )


def _check_model(policy: Policy, soundness: Soundness) -> Iterator[str]:
    served = soundness["served"]
    # Revisions of a model may give equal vectors; whether these do, is asked below.
    others = {
        model: chunks
        for model, chunks in soundness["models"].items()
        if model.rpartition("@")[0] != served.rpartition("@")[0]
    }
    if others:
        told = ", ".join(f"{chunks} chunks of {model}" for model, chunks in others.items())
        yield f"Its vectors are of another model than {served}, by which questions are embedded: {told}."
    if soundness["dimension"] != soundness["served_dimension"]:
        yield (
            f"Its vectors have {soundness['dimension']} dimensions, but those of questions have "
            f"{soundness['served_dimension']}: no question could be asked of it."
        )
    found, probed = soundness["found_by_vector"], soundness["probed"]
    if probed and found / probed < policy.found_by_vector:
        yield (
            f"Only {found} of {probed} chunks are found by their own text through the vectors alone, but "
            f"{policy.found_by_vector:.0%} are expected: vectors and model don't belong together."
        )


def _check_corpus(policy: Policy, evidence: Evidence) -> Iterator[str]:
    counts = count_by_source(evidence["corpus"])
    total = sum(counts.values())
    if not total:
        yield "It is empty."
        return
    if not evidence["live_corpus"]:
        return
    live = evidence["live_corpus"]["index"]
    known = evidence["sources"]
    before = {
        source: chunks
        for source, chunks in count_by_source(evidence["live_corpus"]).items()
        if known is None or source in known
    }
    for source, chunks in before.items():
        share = policy.minimum_source_share
        is_judged = chunks >= policy.small_source_chunks or source not in counts
        if is_judged and counts.get(source, 0) < share * chunks:
            yield (
                f"Of the source {source} it holds {counts.get(source, 0)} chunks, {live} holds {chunks}: at "
                f"least {share:.0%} of them are expected."
            )
    share = policy.minimum_corpus_share
    if total < share * sum(before.values()):
        yield (
            f"It holds {total} chunks in all, {live} holds {sum(before.values())}: at least {share:.0%} of "
            "them are expected."
        )
    lost = evidence["soundness"]["lost"]
    if len(lost) > policy.lost_documents:
        yield (
            f"{len(lost)} pages that are still there and that {live} holds have no chunk: {_name_some(lost)}."
        )


def _check_chunks(policy: Policy, evidence: Evidence) -> Iterator[str]:
    soundness = evidence["soundness"]
    sampled = soundness["sampled"]
    without_text, oversized = soundness["without_text"], soundness["oversized"]
    if len(without_text) > policy.chunks_without_text:
        yield f"{len(without_text)} of {sampled} sampled chunks have no text: {_name_some(without_text)}."
    if len(oversized) > policy.oversized_share * sampled:
        yield (
            f"{len(oversized)} of {sampled} sampled chunks are longer than {soundness['chunk_tokens']} "
            f"tokens, and the embedding model reads no further: {_name_some(oversized)}."
        )
    live = evidence["live_corpus"]
    if not live or not live["documents"] or not evidence["corpus"]["documents"]:
        return
    now, before = _count_per_document(evidence["corpus"], live), _count_per_document(live, evidence["corpus"])
    if now and before and max(now / before, before / now) > policy.chunks_per_document:
        yield (
            f"A document has {now:.1f} chunks on average, in {live['index']} the same ones have "
            f"{before:.1f}: more than {policy.chunks_per_document:g} times as many or as few "
            "is another way to cut them."
        )


def _count_per_document(corpus: Corpus, other: Corpus) -> float:
    """Return the mean number of chunks of the documents that both hold."""
    common = corpus["documents"].keys() & other["documents"].keys()
    return sum(corpus["documents"][document]["chunks"] for document in common) / max(1, len(common))


def _check_results(policy: Policy, evidence: Evidence) -> Iterator[str]:
    fits = evidence["soundness"]["dimension"] == evidence["soundness"]["served_dimension"]
    if not evidence["results"] and fits:
        yield "No query set could be measured."
    for name, results in evidence["results"].items():
        rules = policy.query_sets.get(name)  # type: ignore[call-overload]
        if rules is None:
            continue
        for measure, floor in rules.floors.items():
            mean = _average(results, measure)
            if mean < floor:
                yield (
                    f"On the {SET_NAMES[name]}, {tell_measure(measure)} is {mean:.3f}, below its floor of "
                    f"{floor:.3f}."
                )
        live = evidence["live_results"].get(name)
        for measure, allowed in rules.allowed_regression.items() if live else ():
            compared = compare_results(results, live or [], measure, policy.confidence)
            if -compared["difference"] > allowed and compared["high"] < 0:
                yield _tell_fall(name, measure, _average(results, measure), allowed, compared, policy)


def _tell_fall(
    name: str, measure: str, mean: float, allowed: float, compared: Comparison, policy: Policy
) -> str:
    return (
        f"On the {SET_NAMES[name]}, {tell_measure(measure)} fell from {mean - compared['difference']:.3f} to "
        f"{mean:.3f}, more than {allowed:.3f} below the live version, and chance does not explain it "
        f"({policy.confidence:.0%} interval of the difference {compared['low']:+.3f} to "
        f"{compared['high']:+.3f}, {compared['queries']} queries)."
    )


def compare_results(
    results: list[QueryResult], live: list[QueryResult], measure: str, confidence: float = 0.95
) -> Comparison:
    """Compare a candidate with the live version on the queries that both were asked; at least one."""
    before = {result["query_id"]: result["measures"][measure] for result in live}
    common = [result for result in results if result["query_id"] in before]
    return compare_paired(
        [result["measures"][measure] for result in common],
        [before[result["query_id"]] for result in common],
        confidence=confidence,
    )


def tell_measure(name: str) -> str:
    """Return a measure's name as people write it.

    Example:
        >>> tell_measure("ndcg_at_10"), tell_measure("recall_at_50")
        ('nDCG@10', 'recall@50')
    """
    kind, _, depth = name.partition("_at_")
    return f"{ {'ndcg': 'nDCG', 'mrr': 'MRR'}.get(kind, kind) }@{depth}"


def _average(results: list[QueryResult], measure: str) -> float:
    return sum(result["measures"][measure] for result in results) / len(results)


def _tell_limit(limit: int) -> str:
    return f"{limit} are allowed" if limit else "none is allowed"


def _name_some(names: list[str]) -> str:
    """Return the first of many names.

    Example:
        >>> _name_some(["a", "b", "a"]), _name_some([*"abcdefg"])
        ('a, b', 'a, b, c, d, e and others')
    """
    different = list(dict.fromkeys(names))
    others = " and others" if len(different) > _EXAMPLES else ""
    return ", ".join(different[:_EXAMPLES]) + others
