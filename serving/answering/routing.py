"""Our models, and which pipelines each reads: one of them goes where the question is routed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from processors.retrieval.question.route import Route

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline

ROUTED_MODEL: Final = "runlore"
DOCUMENTS_MODEL: Final = "runlore-cag"
PIPELINES_BY_MODEL: Final[dict[str, tuple[Pipeline, ...]]] = {
    ROUTED_MODEL: ("rag", "cag"),
    "runlore-rag": ("rag",),
    DOCUMENTS_MODEL: ("cag",),
}


def route_for(model: str, route: Route) -> Route:
    """Return where a question is looked up for a model, which may read one side alone.

    Args:
        model: One of `PIPELINES_BY_MODEL`.
        route: Where the question is looked up if the model reads both.

    Example:
        >>> route_for("runlore-cag", Route("rag", "asks what happened or how something is"))
        Route(name='cag', reason='the model runlore-cag reads nothing else')
    """
    if model == ROUTED_MODEL:
        return route
    (pipeline,) = PIPELINES_BY_MODEL[model]
    return Route(pipeline, f"the model {model} reads nothing else")
