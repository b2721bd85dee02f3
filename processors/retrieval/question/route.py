"""Which pipelines a question is answered from, and why from these."""

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    # The schema's module brings pyarrow, which the service has no use for.
    from processors.knowledge.chunk import Pipeline

RouteName = Literal["rag", "cag", "both"]


class Route(NamedTuple):
    """What is asked, and why."""

    name: RouteName
    reason: str

    @property
    def pipelines(self) -> "tuple[Pipeline, ...]":
        """The pipelines whose versions are searched."""
        return ("rag", "cag") if self.name == "both" else (self.name,)
