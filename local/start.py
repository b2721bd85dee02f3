"""Bringing the stack up in the order of its health, in parallel where nothing depends on the other."""

import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from local.errors import StackError
from local.services import Preparation, Service, steps_of
from local.settings import StackSettings
from local.supervisor import connect, list_programs

POLL_SECONDS = 0.25
MOST_STARTS = 4
Step = Service | Preparation


@dataclass
class _Progress:
    """What has happened so far in one `up`."""

    ready: set[str] = field(default_factory=set)
    services: int = 0
    begun: dict[str, float] = field(default_factory=dict)
    checks: dict[str, Future[bool]] = field(default_factory=dict)
    starts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def start_services(
    settings: StackSettings,
    environment: dict[str, str],
    only: frozenset[str] = frozenset(),
) -> None:
    """Start what is not running and wait until everything is healthy, printing progress.

    Args:
        settings: the stack's settings.
        environment: variables for the preparations.
        only: names of services; they and what they need are started. Empty: all.

    Raises:
        StackError: as soon as one can't become healthy; what was started stays up, for a look.
    """
    steps = choose_steps(settings, only)
    count = sum(isinstance(step, Service) for step in steps.values())
    progress = _Progress()
    with ThreadPoolExecutor(max_workers=8) as pool:
        while len(progress.ready) < len(steps):
            for step in _startable(steps, progress):
                progress.begun[step.name] = time.monotonic()
                progress.checks[step.name] = pool.submit(_begin, step, settings, environment)
            for name, check in list(progress.checks.items()):
                if not check.done():
                    continue
                step = steps[name]
                if check.result():
                    del progress.checks[name]
                    progress.ready.add(name)
                    _report(step, progress, count)
                elif isinstance(step, Service):
                    _give_up_when_hopeless(step, progress, settings)
                    progress.checks[name] = pool.submit(_check_later, step, settings, progress)
            time.sleep(0.05)


def choose_steps(settings: StackSettings, only: frozenset[str]) -> dict[str, Step]:
    """Give what has to happen for the named services, or for all if none is named.

    Raises:
        StackError: if there is no service of such a name.
    """
    steps: dict[str, Step] = {step.name: step for step in steps_of(settings)}
    if unknown := only - steps.keys():
        raise StackError(f"No such service: {', '.join(sorted(unknown))}. There are: {', '.join(steps)}")
    if not only:
        return steps
    chosen: set[str] = set()
    waiting = set(only)
    while waiting:
        name = waiting.pop()
        chosen.add(name)
        waiting |= set(steps[name].after) - chosen
    return {name: step for name, step in steps.items() if name in chosen}


def _startable(steps: dict[str, Step], progress: _Progress) -> Iterator[Step]:
    for step in steps.values():
        if step.name not in progress.begun and progress.ready.issuperset(step.after):
            yield step


def _begin(step: Step, settings: StackSettings, environment: dict[str, str]) -> bool:
    """Run a preparation to its end, or have a service started unless it runs already."""
    if isinstance(step, Preparation):
        step.run(settings, environment)
        return True
    if list_programs(settings)[step.name]["statename"] not in ("RUNNING", "STARTING", "BACKOFF"):
        connect(settings).supervisor.startProcess(step.name, False)
    return is_healthy(step, settings)


def _check_later(step: Service, settings: StackSettings, progress: _Progress) -> bool:
    """Look again, the less often the longer it takes: looking costs what starting needs."""
    waited = time.monotonic() - progress.begun[step.name]
    time.sleep(min(1.0, max(POLL_SECONDS, waited / 10)))
    return is_healthy(step, settings)


def is_healthy(service: Service, settings: StackSettings) -> bool:
    """Say whether the supervisor counts the service as running and its own probe agrees.

    Raises:
        StackError: if the supervisor has given it up.
    """
    state = list_programs(settings)[service.name]
    if state["statename"] == "FATAL":
        raise StackError(explain_failure(service, settings, f"can't be started ({state['spawnerr']})"))
    return state["statename"] == "RUNNING" and service.probe(settings, state["start"])


def explain_failure(service: Service, settings: StackSettings, what: str) -> str:
    """Say what is wrong with a service, with the end of its log and what to do.

    Args:
        service: What failed.
        settings: Name the folder of its log.
        what: How it failed.
    """
    log = settings.home / "logs" / f"{service.name}.log"
    tail = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else ["(no log yet)"]
    indented = "\n".join(f"    {line}" for line in tail)
    return (
        f"{service.name} {what}. The end of {log}:\n{indented}\n"
        f"Put right what it complains of, then run the same command again: what is up stays up. "
        f"`make logs` follows all logs, `make stop` ends the stack."
    )


def wait_until_healthy(settings: StackSettings, name: str) -> None:
    """Wait for one service, and print how long it took.

    Raises:
        StackError: if it is not healthy within its patience, or there is none of this name.
    """
    service = choose_steps(settings, frozenset([name]))[name]
    if isinstance(service, Preparation):
        raise StackError(f"{name} is not a service.")
    began = time.monotonic()
    while not is_healthy(service, settings):
        if time.monotonic() - began > service.patience:
            raise StackError(
                explain_failure(service, settings, f"is not healthy after {service.patience:.0f} s")
            )
        time.sleep(POLL_SECONDS)
    print(f"{name} is healthy after {time.monotonic() - began:.1f} s.")


def _give_up_when_hopeless(step: Service, progress: _Progress, settings: StackSettings) -> None:
    if time.monotonic() - progress.begun[step.name] > step.patience:
        raise StackError(explain_failure(step, settings, f"is not healthy after {step.patience:.0f} s"))
    starts = progress.starts[step.name]
    starts.add(list_programs(settings)[step.name]["start"])
    if len(starts) > MOST_STARTS:
        raise StackError(explain_failure(step, settings, "ends again and again"))


def _report(step: Step, progress: _Progress, count: int) -> None:
    """Print one line for a service that has become healthy; preparations pass silently."""
    if isinstance(step, Service):
        progress.services += 1
        seconds = time.monotonic() - progress.begun[step.name]
        print(f"[{progress.services:2}/{count}] {step.name} … ready in {seconds:.1f} s", flush=True)
