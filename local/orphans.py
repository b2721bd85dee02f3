"""Finding and ending the processes of one stack, by the mark in their environment."""

import os

import psutil

MARK = "RUNLORE_STACK_ID"


def find_marked(stack_id: str, program: str | None = None) -> list[psutil.Process]:
    """List the processes that carry the stack's mark, except the caller and its parents.

    Args:
        stack_id: value of the mark; no other stack has it.
        program: only processes that supervisord started under this name, and their children.
    """
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        try:
            environment = process.environ()
        except psutil.Error:  # gone meanwhile, or another user's: neither is ours
            continue
        if environment.get(MARK) == stack_id and program in (
            None,
            environment.get("SUPERVISOR_PROCESS_NAME"),
        ):
            found.append(process)
    return found


def end_processes(processes: list[psutil.Process], patience: float) -> int:
    """Ask the processes to stop, then make them.

    Args:
        processes: what to end.
        patience: seconds between SIGTERM and SIGKILL.

    Returns:
        How many there were.
    """
    for process in processes:
        _signal(process, kill=False)
    _, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        _signal(process, kill=True)
    psutil.wait_procs(alive, timeout=5)
    return len(processes)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return
