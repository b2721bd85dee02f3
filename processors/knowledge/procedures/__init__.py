"""Runbooks as structured procedures, and what they lack."""

from typing import TypedDict


class Command(TypedDict):
    """Code on a page. `target` is the tool that it calls or, of `ssh`, the host. Lines count from 1."""

    language: str
    text: str
    line: int
    target: str


class Passage(TypedDict):
    """A sentence or item, and its line."""

    text: str
    line: int


class Step(TypedDict):
    """One step. `number` is such as `2.1`, and empty where the page gives none."""

    number: str
    text: str
    line: int
    commands: list[Command]
    steps: list["Step"]


class Link(TypedDict):
    """Where a page points to within its repository, such as `../disk-full.md#steps`."""

    target: str
    line: int


class Procedure(TypedDict):
    """What a runbook says, by what a person on call needs. `commands` are all of the page."""

    path: str
    title: str
    alerts: list[str]
    symptoms: list[Passage]
    prechecks: list[Step]
    steps: list[Step]
    rollback: list[Passage]
    owner: str
    last_reviewed: str
    commands: list[Command]
    links: list[Link]
    anchors: list[str]


class Finding(TypedDict):
    """What a runbook lacks. `kind` is one of `processors.knowledge.procedures.checking.KINDS`."""

    kind: str
    line: int
    what: str
