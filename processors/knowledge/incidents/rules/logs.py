"""What the logs say is wrong: with whoever logs it, or with the service that it calls."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple

from processors.knowledge.incidents.finding import SEEN, SYMPTOM, Finding, Link
from processors.knowledge.incidents.health import count, is_fine
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation, began_at
from processors.knowledge.incidents.relations import list_service_ports
from processors.knowledge.incidents.rules.hosts import find_target
from processors.knowledge.incidents.rules.log_lines import LOG_ROWS, LogRow
from processors.knowledge.incidents.world import World, find_serving, list_makers, walk_states
from processors.knowledge.kubernetes.facts import read_pairs

_SAID: Final = ("warning", "error", "critical")
_MANY: Final = 10
_LONGEST: Final = 4_000
_OF_OTHERS: Final = ("dns", "refused", "timeout", "upstream")
_SECRET_NAMES: Final = ("PASS", "PWD", "SECRET", "TOKEN", "KEY", "CRED", "USER", "AUTH")


class Line(NamedTuple):
    """A line of a log as a rule reads it.

    Attributes:
        seen: The chunk.
        client: Who logged it.
        row: What it tells of.
        why: The words that say so.
        host: That it speaks of, if it does.
        port: Of the host.
        service: That the host is, if it is known.
    """

    seen: Observation
    client: Ref
    row: LogRow
    why: str
    host: str
    port: str
    service: Ref | None


def list_lines(world: World) -> Iterator[Line]:
    """Yield the lines that tell of a known trouble: of logs, and what containers said as they ended."""
    for seen in world.others:
        if seen["kind"] == "log_pattern" and seen["severity"] in _SAID:
            text = f"{seen['title']}\n{seen['text']}"[:_LONGEST]
            yield from _read(world, seen, find_serving(world, seen), text)
    for ref, seen in walk_states(world, "Pod"):
        labels = seen["labels"]
        if labels.get("ended_message") and is_fine(world, ref) is False:
            yield from _read(world, seen, world.find_maker(ref), f"\n{labels['ended_message']}")


def _read(world: World, seen: Observation, client: Ref, text: str) -> Iterator[Line]:
    for row in LOG_ROWS:
        if found := row.pattern.search(text):
            host, port, service = find_target(world, client, text.partition("\n")[2] or text)
            yield Line(seen, client, row, " ".join(found["why"].split()), host, port, service)
            return


def find_log_troubles(world: World) -> Iterator[Finding | Link]:
    """Yield what lines of logs say, and errors of which no rule knows more."""
    known = set()
    for line in list_lines(world):
        known.add(line.seen["chunk_id"])
        yield from _tell(world, line)
    for seen in world.others:
        is_error = seen["kind"] == "log_pattern" and seen["severity"] in ("error", "critical")
        if is_error and seen["chunk_id"] not in known:
            client, labels = find_serving(world, seen), seen["labels"]
            alone = labels.get("new") == "true" or count(labels, "count") >= _MANY
            says = f"it logs errors: {seen['title'].partition(': ')[2] or seen['title']}"
            evidence = (seen["chunk_id"],)
            yield Finding(client, "errors", says, SYMPTOM, evidence, began_at(seen), "warning", alone=alone)


def _tell(world: World, line: Line) -> Iterator[Finding | Link]:
    rule = line.row.rule
    yield from _link(world, line)
    if wrong := _say_wrong_address(world, line):
        yield _find(line, "address", wrong, SEEN + 0.03)
        return
    called = f"{line.host}{f':{line.port}' if line.port else ''}" if line.host else "what it calls"
    says = line.row.says.format(why=line.why, host=called)
    found = _find(line, rule, says, line.row.strength)
    if rule == "credentials" and (told := _say_credentials(world, line)):
        state = world.states.get(line.client)
        own = (state["chunk_id"],) if state else ()
        found = found._replace(says=f"{says}{told}", evidence=(*found.evidence, *own))
    yield found


def _say_wrong_address(world: World, line: Line) -> str:
    """Return that a client calls a name that no service has, or a port that the service doesn't have."""
    if line.row.rule == "dns" and line.host and _is_local(line.host) and line.service is None:
        known = _say_near(world, line)
        return f"{_say_address(world, line)}, and no Service is called so{known}" if known else ""
    ports = list_service_ports(world, line.service) if line.service else []
    if (
        line.row.rule in ("refused", "timeout")
        and line.service
        and line.port
        and ports
        and line.port not in ports
    ):
        listens = f"Service {line.service.name} listens on {', '.join(ports)}"
        return f"{_say_address(world, line)}, but {listens} (wrong port)"
    return ""


def _find(line: Line, rule: str, says: str, strength: float) -> Finding:
    seen = line.seen
    severity = "error" if seen["severity"] != "warning" else "warning"
    return Finding(line.client, rule, says, strength, (seen["chunk_id"],), began_at(seen), severity)


def _link(world: World, line: Line) -> Iterator[Finding | Link]:
    """Yield that a client suffers from the service that it can't reach."""
    if line.row.rule not in (*_OF_OTHERS, "saturation") or line.service is None:
        return
    yield Link(line.client, line.service, 0.9)
    selector = world.labels(line.service).get("selector", "")
    makers = list_makers(world, line.service, selector)
    for maker in makers:
        yield Link(line.client, maker, 0.8)
    is_well = makers and all(is_fine(world, maker) is True for maker in makers)
    has_port = not line.port or line.port in list_service_ports(world, line.service)
    if line.row.rule == "refused" and is_well and has_port:
        says = f"it refuses connections, as {line.client.path} logs, though its pods are ready"
        evidence = (line.seen["chunk_id"], world.states[line.service]["chunk_id"])
        yield Finding(line.service, "refuses", says, 0.5, evidence, began_at(line.seen), alone=False)


def _is_local(host: str) -> bool:
    """Tell whether a name can only be one of the cluster.

    Example:
        >>> _is_local("payment"), _is_local("payment.shop.svc"), _is_local("api.example.com")
        (True, True, False)
    """
    return "." not in host or ".svc" in host or host.endswith(".cluster.local")


def _say_near(world: World, line: Line) -> str:
    """Return which service may be meant by a name that none has; nothing where no services are known."""
    names = [ref.name for ref in world.list_kind(line.client, "Service")]
    if not names:
        return ""
    near = get_close_matches(line.host.partition(".")[0], names, 1)
    return f" (there is Service {near[0]})" if near else f" (there are {', '.join(sorted(names)[:5])})"


def _say_address(world: World, line: Line) -> str:
    """Return by which variable a client has the address that is wrong, if that is known."""
    called = f"{line.host}{f':{line.port}' if line.port else ''}"
    addresses = read_pairs(world.labels(line.client).get("addresses", ""))
    variable = next((name for name, to in addresses.items() if to.partition(":")[0] == line.host), "")
    return f"it calls {called}{f' (its environment variable {variable})' if variable else ''}"


def _say_credentials(world: World, line: Line) -> str:
    """Return from where a client has its credentials."""
    env = read_pairs(world.labels(line.client).get("env", ""))
    sources = dict.fromkeys(
        f"{name} from key {key} of {kind} {of}" if key else f"all of {kind} {of}"
        for name, reference in env.items()
        for kind, of, key in [(*reference.split("/"), "", "")[:3]]
        if name == "*" or any(part in name.upper() for part in _SECRET_NAMES)
    )
    host = f" by {line.host}" if line.host else ""
    return f"{host}; it takes {', '.join([*sources][:3])}" if sources else host
