"""`make status`: each service with its state, health, age and address."""

import time
from concurrent.futures import ThreadPoolExecutor

from local.services import SERVICES, SWITCHES, Service, enabled_services
from local.settings import StackSettings
from local.supervisor import ProgramState, is_running, list_programs


def print_status(settings: StackSettings) -> int:
    """Print the table.

    Returns:
        0 if every enabled service is healthy, else 1.
    """
    states = list_programs(settings) if is_running(settings) else {}
    enabled = enabled_services(settings)
    with ThreadPoolExecutor(max_workers=8) as pool:
        words = list(pool.map(lambda service: judge(service, settings, states.get(service.name)), enabled))
    print(f"{'SERVICE':24}{'HEALTH':13}{'PID':>8}  {'UP':>9}  ADDRESS")
    for service, word in zip(enabled, words, strict=True):
        state = states.get(service.name)
        pid = str(state["pid"]) if state and state["pid"] else "-"
        print(f"{service.name:24}{word:13}{pid:>8}  {format_age(state):>9}  {address_of(service, settings)}")
    for service in SERVICES:
        if service not in enabled:
            print(f"{service.name:24}switched off ({SWITCHES[service.part]})")
    return 0 if all(word == "healthy" for word in words) else 1


def judge(service: Service, settings: StackSettings, state: ProgramState | None) -> str:
    """Say in a word how a service is: healthy, unhealthy, or what the supervisor calls its state.

    Args:
        service: What is looked at.
        settings: Of the stack.
        state: What the supervisor tells of it, None if it knows nothing.
    """
    if state is None:
        return "down"
    if state["statename"] != "RUNNING":
        return state["statename"].lower()
    return "healthy" if service.probe(settings, state["start"]) else "unhealthy"


def address_of(service: Service, settings: StackSettings) -> str:
    """Give what to type into a browser, or host and port of what speaks another protocol."""
    if service.port is None:
        return ""
    host = f"127.0.0.1:{settings.ports[service.port]}"
    return f"http://{host}{service.path}" if service.path else host


def format_age(state: ProgramState | None) -> str:
    """Write how long a program has run, as 42 s, 7 min or 3.5 h."""
    if state is None or not state["pid"]:
        return "-"
    seconds = time.time() - state["start"]
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
