"""`python -m local.node COMMAND`: a real Kubernetes node beside the stack."""

import sys
import time

from local.command_line import end_when_told, make_parser, tell_errors
from local.containers.opening import open_engine
from local.errors import StackError
from local.node.life import bring_up, is_ready, take_down, tell
from local.node.place import Node, find_node
from local.node.release import ask_release, bring_images, find_files, find_url, prepare_namespace, release
from local.probes import opensearch_answers
from local.settings import StackSettings, load_settings

NAMESPACE = "runlore"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    words = (
        ("up", up, "start a node with its control plane, and wait until it can run pods"),
        ("images", bring, "start a node and give it the images of the chart"),
        ("install", install, "install the chart on the node, beside the running stack, and ask it"),
        ("down", down, "end the node, without a trace but its logs"),
    )
    options = make_parser("python -m local.node", __doc__, words).parse_args(arguments)
    end_when_told()
    return tell_errors(lambda: options.run(load_settings()))


def up(settings: StackSettings) -> None:
    """Start the node, unless it runs."""
    began = time.monotonic()
    node = find_node(settings)
    if is_ready(node):
        print("The node is up already.")
    else:
        bring_up(node)
        print(f"The node is up after {time.monotonic() - began:.0f} s.")
    print(describe(node))


def bring(settings: StackSettings) -> None:
    """Start the node, unless it runs, and give it the chart's images."""
    up(settings)
    with open_engine() as engine:
        tell("images", lambda: bring_images(find_node(settings), engine, settings))


def install(settings: StackSettings) -> None:
    """Install the chart, and show the answer to its test's question.

    Raises:
        StackError: if the stack doesn't run, or the release doesn't become ready or cites nothing.
    """
    if not opensearch_answers(settings, 0):
        raise StackError("The stack doesn't run, and the release needs its stores: `make run` starts it.")
    bring(settings)
    node = find_node(settings)
    prepare_namespace(node, NAMESPACE, find_files(settings))
    tell("release", lambda: release(node, NAMESPACE))
    print(ask_release(node, NAMESPACE))
    print(f"The release answers at {find_url(node, NAMESPACE)}.")


def down(settings: StackSettings) -> None:
    """End the node."""
    node = find_node(settings)
    ended = take_down(node)
    print(f"The node is down: {ended} processes were ended. Its logs: {node.folder}/logs")


def describe(node: Node) -> str:
    """Say how a person uses the node."""
    return (
        f"As its administrator:\n  export KUBECONFIG={node.kubeconfig}\n"
        f"  {node.envs}/kube/bin/kubectl get pods -A\n"
        f"Ports of its services (NodePort) are at {node.address}. `make node-down` ends it."
    )


if __name__ == "__main__":
    sys.exit(main())
