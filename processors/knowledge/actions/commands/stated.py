"""The form that names everything: an action with its parameters, or a PromQL expression."""

from __future__ import annotations

import re
import shlex
from typing import Final

from processors.knowledge.actions.catalogue import load_catalogue
from processors.knowledge.actions.commands.command import Command, make_command
from processors.knowledge.actions.refusal import ActionRefusedError

_RANGE: Final = re.compile(r"promql\s+over\s+(\S+?)(?:\s+step\s+(\S+?))?:\s+(\S.*)", re.DOTALL)
_INSTANT: Final = re.compile(r"promql\s+(\S.*)", re.DOTALL)
_NAMED: Final = re.compile(r"[a-z]+\.[a-z_]+(?=\s|$)")


def read_stated(told: str) -> Command | None:
    """Return the command of a line such as `airflow.trigger dag=…` or `promql up`, None for another line.

    Args:
        told: What stands behind `/do`.

    Raises:
        ActionRefusedError: It names an action or a parameter that isn't there, or a value that isn't good.

    Example:
        >>> read_stated("promql over 6h step 5m: up")
        Command(action='prometheus.query_range', parameters={'query': 'up', 'last': '6h', 'step': '5m'})
        >>> read_stated("airflow.trigger dag=correlate").parameters
        {'dag': 'correlate'}
    """
    if found := _RANGE.fullmatch(told):
        return make_command("prometheus.query_range", {"last": found[1], "step": found[2], "query": found[3]})
    if found := _INSTANT.fullmatch(told):
        return make_command("prometheus.query", {"query": found[1]})
    named = _NAMED.match(told)
    if named is None or (named[0] not in load_catalogue() and "=" not in told):
        return None
    try:
        words = shlex.split(told[named.end() :])
    except ValueError as error:
        raise ActionRefusedError("no_command", what=" ".join(told.split())[:200]) from error
    given: dict[str, str] = {}
    for word in words:
        name, is_value, value = word.partition("=")
        if not is_value or name in given:
            raise ActionRefusedError("unknown_parameter", action=named[0], parameter=word[:100])
        given[name] = value
    return make_command(named[0], given)
