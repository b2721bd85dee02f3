"""Who may see what happens: groups for logs, metrics, objects and runs, by where they come from.

Documents have their groups from their source's setting. What arrives through Kafka has them from one policy
file, whose first rule that fits decides. Without a file, everybody who may ask may see all of it.
"""

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypedDict

import yaml
from pydantic import BaseModel, ConfigDict, Field

Groups = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1, description="With * and ? as in a file's name.")]


class Named(TypedDict):
    """What a rule looks at; every chunk has it."""

    kind: str
    cluster: str
    namespace: str
    service: str


class AccessRule(BaseModel):
    """Fits what matches each of its patterns; `*` is anything, also nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Pattern = "*"
    cluster: Pattern = "*"
    namespace: Pattern = "*"
    service: Pattern = "*"
    groups: Groups


class AccessPolicy(BaseModel):
    """Rules, and who may see what none of them fits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[AccessRule, ...] = ()
    otherwise: Groups = ("public",)


PUBLIC_POLICY = AccessPolicy()
"""Everything is for everybody who may ask."""


@lru_cache(maxsize=4)
def load_policy(path: Path | None) -> AccessPolicy:
    """Return the policy of a YAML file, or without one the public policy.

    Raises:
        ValueError: The file is no policy; the message says where.
        OSError: The file can't be read.
    """
    if path is None:
        return PUBLIC_POLICY
    try:
        return AccessPolicy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML: {error}") from error


def choose_groups(policy: AccessPolicy, chunk: Named) -> list[str]:
    """Return the groups that may see a chunk.

    Example:
        >>> rule = AccessRule(namespace="pay-*", groups=("payments", "sre"))
        >>> policy = AccessPolicy(rules=(rule,))
        >>> chunk = {"kind": "alert", "cluster": "", "namespace": "pay-prod", "service": "till"}
        >>> choose_groups(policy, chunk), choose_groups(policy, {**chunk, "namespace": "shop"})
        (['payments', 'sre'], ['public'])
    """
    return list(next((rule.groups for rule in policy.rules if _fits(rule, chunk)), policy.otherwise))


def _fits(rule: AccessRule, chunk: Named) -> bool:
    return (
        fnmatchcase(chunk["kind"], rule.kind)
        and fnmatchcase(chunk["cluster"], rule.cluster)
        and fnmatchcase(chunk["namespace"], rule.namespace)
        and fnmatchcase(chunk["service"], rule.service)
    )
