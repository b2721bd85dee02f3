"""The gate's rules about what a version holds: each yields a sentence for what is broken."""

from collections.abc import Iterator, Mapping

from evaluation.gate.evidence import Evidence
from evaluation.gate.policy import Policy
from evaluation.gate.wording import name_some
from evaluation.measures.inspection import Corpus, Soundness, count_by_source
from evaluation.measures.leaks import LeakReport


def check_leaks(policy: Policy, leaks: LeakReport, names: Mapping[str, str]) -> Iterator[str]:
    """Yield that somebody would be shown what their groups don't allow.

    Args:
        policy: How many leaks are allowed.
        leaks: What was looked at and found.
        names: Paths of documents by id, as far as known.
    """
    if leaks["leaked"] > policy.leaks:
        examples = "; ".join(
            f"{names.get(leak['doc_id'], leak['doc_id'])}: {leak['reason']}" for leak in leaks["examples"]
        )
        yield (
            f"It leaks: {leaks['leaked']} of {leaks['checked']} chunks and {leaks['asked']} probes would "
            f"show somebody what their groups don't allow, {_tell_limit(policy.leaks)} ({examples})."
        )


def check_model(policy: Policy, soundness: Soundness) -> Iterator[str]:
    """Yield how its vectors and the model that embeds questions don't belong together."""
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
            f"{policy.found_by_vector:.0%} are expected: vectors and model don't belong together, or so many "
            "chunks have the same vector that a search sees nothing else."
        )


def check_corpus(policy: Policy, evidence: Evidence) -> Iterator[str]:
    """Yield what of the live version's sources and pages it lacks."""
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
            f"{len(lost)} pages that are still there and that {live} holds have no chunk: {name_some(lost)}."
        )


def check_chunks(policy: Policy, evidence: Evidence) -> Iterator[str]:
    """Yield what is wrong with its chunks themselves, and whether pages are cut in another way."""
    soundness = evidence["soundness"]
    sampled = soundness["sampled"]
    without_text, oversized = soundness["without_text"], soundness["oversized"]
    if len(without_text) > policy.chunks_without_text:
        yield f"{len(without_text)} of {sampled} sampled chunks have no text: {name_some(without_text)}."
    if len(oversized) > policy.oversized_share * sampled:
        yield (
            f"{len(oversized)} of {sampled} sampled chunks are longer than {soundness['chunk_tokens']} "
            f"tokens, and the embedding model reads no further: {name_some(oversized)}."
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


def _tell_limit(limit: int) -> str:
    return f"{limit} are allowed" if limit else "none is allowed"
