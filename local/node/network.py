"""The node's network: a namespace of its own, joined to this machine by one pair of interfaces.

It has no default route, so nothing of the node leaves this machine; no rule or port of this machine changes.
"""

import os
import subprocess

from local.errors import StackError
from local.node.place import SERVICES, Node

# Of the node's namespace alone: it passes on what pods send, and rules see what crosses its bridge.
_SYSCTLS = ("net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1")


def enter(node: Node) -> list[str]:
    """Give the beginning of a command that runs in the node's network.

    Not `ip netns exec`: that mounts a fresh /sys, and so hides version 1 of cgroups.
    """
    return ["nsenter", f"--net={node.namespace}"]


def make_network(node: Node) -> None:
    """Make the namespace and what is in it.

    Raises:
        StackError: with what the kernel's tools say.
    """
    node.namespace.touch()
    run_tool("unshare", f"--net={node.namespace}", "true")
    inside = enter(node)
    # The other end goes where this process is.
    pair = (node.inside, "type", "veth", "peer", "name", node.outside, "netns", str(os.getpid()))
    run_tool(*inside, "ip", "link", "add", *pair)
    run_tool("ip", "address", "add", f"{node.gateway}/30", "dev", node.outside)
    run_tool("ip", "link", "set", node.outside, "up")
    run_tool(*inside, "ip", "link", "set", "lo", "up")
    run_tool(*inside, "ip", "address", "add", f"{node.address}/30", "dev", node.inside)
    run_tool(*inside, "ip", "link", "set", node.inside, "up")
    # The node's own calls to services are routed before they are translated.
    run_tool(*inside, "ip", "route", "add", SERVICES, "dev", node.inside)
    run_tool(*inside, "sysctl", "-qw", *_SYSCTLS)


def run_tool(*command: str) -> str:
    """Run a program to its end and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.returncode}")
    return done.stdout.strip()
