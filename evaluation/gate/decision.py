"""The gate: may this version go live? A policy, the evidence, and reasons that a person understands."""

from itertools import chain
from typing import TypedDict

from evaluation.gate.comparison import check_results
from evaluation.gate.evidence import Evidence
from evaluation.gate.policy import Policy
from evaluation.gate.rules import check_chunks, check_corpus, check_leaks, check_model


class Decision(TypedDict):
    """Whether a version is promoted, and every reason against it."""

    promote: bool
    reasons: list[str]


def decide(policy: Policy, evidence: Evidence) -> Decision:
    """Hold the evidence against the policy; every rule that is broken is a reason, in a sentence."""
    reasons = chain(
        [evidence["obstacle"]] if evidence["obstacle"] else [],
        check_leaks(policy, evidence["leaks"], evidence["names"]),
        check_model(policy, evidence["soundness"]),
        check_corpus(policy, evidence),
        check_chunks(policy, evidence),
        check_results(policy, evidence),
    )
    found = list(reasons)
    return Decision(promote=not found, reasons=found)
