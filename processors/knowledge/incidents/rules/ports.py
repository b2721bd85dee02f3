"""The ports that containers name."""

from processors.knowledge.kubernetes.facts import read_facts, read_pairs


def read_ports(labels: dict[str, str]) -> dict[str, str]:
    """Return the ports that containers name, by name, or by number where they have none.

    Example:
        >>> read_ports({"ports": "http=8080,9090"})
        {'http': '8080', '9090': '9090'}
    """
    facts = (fact.partition("=") for fact in read_facts(labels.get("ports", "")))
    return {name: number or name for name, _, number in facts}


def split_protocol(port: str) -> tuple[str, str]:
    """Return a port and its protocol.

    Example:
        >>> split_protocol("53/UDP"), split_protocol("80")
        (('53', 'UDP'), ('80', 'TCP'))
    """
    number, _, protocol = port.partition("/")
    return number, protocol or "TCP"


def list_ports(labels: dict[str, str]) -> set[str]:
    """Return names and numbers of the ports that containers name."""
    ports = read_ports(labels)
    return {split_protocol(port)[0] for port in (*ports, *ports.values())}


def list_protocols(labels: dict[str, str]) -> set[tuple[str, str]]:
    """Return names and numbers of the ports that containers name, each with its protocol."""
    named = ((name, *split_protocol(number)) for name, number in read_ports(labels).items())
    return {
        (split_protocol(either)[0], protocol) for name, number, protocol in named for either in (name, number)
    }


def list_probed(labels: dict[str, str]) -> set[str]:
    """Return the ports that probes ask.

    Example:
        >>> list_probed({"probes": "app/readiness=8081:/ready,app/liveness=exec"})
        {'8081'}
    """
    asked = (probe.partition(":")[0] for probe in read_pairs(labels.get("probes", "")).values())
    return {port for port in asked if port != "exec"}
