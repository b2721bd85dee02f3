"""The gate's policy: what a version must reach, read from a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from evaluation.measures.ranking import MEASURES
from processors.knowledge.chunk import Pipeline

POLICY_FILE: Final = Path(__file__).parent / "gate.yaml"

QuerySet = Literal["golden", "generated", "known_item"]


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
