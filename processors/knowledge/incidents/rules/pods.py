"""What keeps pods from running: what the API states of them, by the table of messages."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import Finding
from processors.knowledge.incidents.health import count
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation
from processors.knowledge.incidents.rules.messages import ROWS, Row
from processors.knowledge.incidents.rules.probes import explain_probe
from processors.knowledge.incidents.rules.statements import Statement, list_statements
from processors.knowledge.incidents.world import WORKLOADS, World, find_serving
from processors.knowledge.kubernetes.facts import read_facts, read_pairs
from processors.knowledge.severities import GRAVE

_IMAGE: Final = re.compile(r'image "(?P<image>[^"]+)"')
# Of these other modules say more.
_OTHERS: Final = re.compile(
    r"^(?:FailedScheduling|Preempting)\b|exceeded quota|must specify|per (?:Container|Pod)\b.*\bis\b"
    r"|^(?:ProvisioningFailed|FailedBinding|BackoffLimitExceeded|DeadlineExceeded|NodeNotReady)\b"
)
# That a probe asks at the wrong place is plain; that it fails may come from anywhere.
_WRONG_PROBE: Final = 0.92
_LONGEST: Final = 160
_MADE_OF_PODS: Final = ("Pod", *WORKLOADS)


def find_pod_troubles(world: World) -> Iterator[Finding]:
    """Yield what states and events say of pods and of what makes them."""
    for statement in list_statements(world):
        if statement.about.kind in _MADE_OF_PODS and not _OTHERS.search(statement.text):
            for row in ROWS:
                if found := row.pattern.search(statement.text):
                    yield _tell(world, statement, row, found)
                    break


def _tell(world: World, statement: Statement, row: Row, found: re.Match[str]) -> Finding:
    named = _IMAGE.search(statement.text)
    groups = {name: value or "" for name, value in found.groupdict().items()}
    image = named["image"] if named else statement.image or _first_image(world, statement.maker)
    says = row.says.format(
        **{
            **groups,
            "why": _shorten(groups.get("why", "")),
            "image": image,
            "registry": image.partition("/")[0],
            "secrets": _say_secrets(world, statement.maker),
            "container": statement.container or "a container",
            "limit": _say_limit(world, statement),
            "probe": explain_probe(world, statement, row.rule, groups.get("why", "")),
        }
    )
    says, words = re.sub(r"[\s:]+$", "", says), _find_last_words(world, statement.maker, row)
    if words:
        says += f"; its log says: {_shorten(words['title'].partition(': ')[2])[:_LONGEST]}"
    return Finding(
        statement.maker,
        row.rule,
        says,
        _WRONG_PROBE if "(wrong " in says and row.rule.endswith("-probe") else row.strength,
        _list_evidence(world, statement, row, words),
        statement.since,
        row.severity,
        alone=row.rule != "other" or count(world.labels(statement.about), "restarts") > 0,
    )


def _list_evidence(
    world: World, statement: Statement, row: Row, words: Observation | None
) -> tuple[str, ...]:
    """Return what shows a trouble: who states it, what was logged, and the object whose probe is told of."""
    asked = world.states.get(statement.about) if row.rule.endswith("-probe") else None
    more = (one["chunk_id"] for one in (words, asked) if one)
    return tuple(dict.fromkeys((statement.evidence, *more)))


def _find_last_words(world: World, maker: Ref, row: Row) -> Observation | None:
    """Return the newest error in the log of what crashes, if there is one."""
    told = [
        seen
        for seen in (world.others if row.rule == "crash" else [])
        if seen["kind"] == "log_pattern" and seen["severity"] in GRAVE and find_serving(world, seen) == maker
    ]
    return max(told, key=lambda seen: (seen["began_at"], seen["observed_at"]), default=None)


def _first_image(world: World, maker: Ref) -> str:
    return next(iter(read_pairs(world.labels(maker).get("images", "")).values()), "")


def _say_secrets(world: World, maker: Ref) -> str:
    """Return which secrets a workload's images are pulled with, and which of them aren't there."""
    names = read_facts(world.labels(maker).get("pull_secrets", ""))
    known = world.list_kind(maker, "Secret")
    gone = [name for name in names if known and maker._replace(kind="Secret", name=name) not in known]
    if gone:
        return f" {gone[0]}, which doesn't exist"
    return f" {', '.join(names)}" if names else ""


def _say_limit(world: World, statement: Statement) -> str:
    limits = world.labels(statement.about).get("limits") or world.labels(statement.maker).get("limits", "")
    memory = read_pairs(limits).get("memory", "")
    return f" of {memory}" if memory else ""


def _shorten(text: str) -> str:
    """Return a message on one line, without the pod that the API names in it."""
    return re.sub(r"\s+", " ", text).strip().rstrip(".")
