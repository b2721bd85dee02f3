"""What tools return, each of its fields described, for a model reads the descriptions."""

from typing import Any

from pydantic import BaseModel, Field


class Passage(BaseModel):
    """A passage that was found."""

    title: str
    text: str
    resource: str = Field(description="URI of its whole section, to be read as a resource.")
    cite: dict[str, Any] = Field(description="Commit and lines, PromQL and window, object, or run.")
    observed_at: str
    score: float


class Passages(BaseModel):
    """Passages, the best first."""

    passages: list[Passage]
    versions: dict[str, str | None] = Field(description="The index versions that were searched.")


class Source(BaseModel):
    """What a number in an answer stands for."""

    n: int
    title: str
    url: str = Field(description="For a person.")
    observed_at: str


class Answer(BaseModel):
    """An answer in the words of its sources."""

    text: str = Field(description="Markdown; [1] is the source whose n is 1.")
    sources: list[Source]
    as_of: str | None = Field(description="Time of the newest source.")
    is_known: bool = Field(description="False if the text only says that nothing is known.")


class Incident(BaseModel):
    """Something that is wrong now."""

    title: str
    text: str = Field(description="Causes with their evidence, what changed before, what helped last time.")
    severity: str
    namespace: str
    service: str
    began_at: str
    resource: str = Field(description="URI of the whole passage, to be read as a resource.")


class Incidents(BaseModel):
    """What is wrong now, the worst first."""

    incidents: list[Incident]


class Page(BaseModel):
    """A runbook's steps."""

    title: str = Field(description="Empty if no page names what was asked for.")
    steps: Answer | None
