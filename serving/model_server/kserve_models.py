"""Models behind KServe's V2 inference protocol."""

import uuid
from collections.abc import Callable
from typing import Any

from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.errors import InvalidInput

from serving.model_server import metrics
from serving.model_server.embedder import Embedder
from serving.model_server.extractive.prompt import build_prompt
from serving.model_server.openai_api.embeddings import MAX_INPUTS
from serving.model_server.openai_api.routes import choose_priority
from serving.model_server.worker import InferenceWorker
from serving.model_server.writing import Limits, Turn, Write, collect


def read_strings(request: InferRequest, name: str) -> list[str]:
    """Return a BYTES input as texts; none if the request lacks it.

    Raises:
        InvalidInput: If the input has another type, or is not UTF-8.
    """
    tensor = request.get_input_by_name(name)
    if tensor is None:
        return []
    if tensor.datatype != "BYTES":
        raise InvalidInput(f"input {name!r} must be BYTES, got {tensor.datatype}")
    values = tensor.as_numpy().reshape(-1).tolist()
    try:
        return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
    except UnicodeDecodeError as error:
        raise InvalidInput(f"input {name!r} is not UTF-8: {error}") from error


class EmbeddingModel(Model):  # type: ignore[misc] # kserve ships no types
    """BYTES "text" [n] to FP32 "embedding" [n, dim]."""

    def __init__(self, embedder: Embedder, worker: InferenceWorker, batch_texts: int) -> None:
        """Serve the embedding model under its name.

        Args:
            embedder: The model, for its name and dimension.
            worker: Computes its vectors.
            batch_texts: So many texts or fewer may be a person's question.
        """
        super().__init__(embedder.name)
        self._embedder = embedder
        self._worker = worker
        self._batch_texts = batch_texts
        self.ready = True

    async def healthy(self) -> bool:
        """Tell whether the worker still serves."""
        return bool(self.ready) and self._worker.is_alive()

    def get_input_types(self) -> list[dict[str, Any]]:
        """Describe the inputs for the metadata route."""
        return [{"name": "text", "datatype": "BYTES", "shape": [-1]}]

    def get_output_types(self) -> list[dict[str, Any]]:
        """Describe the outputs for the metadata route."""
        return [{"name": "embedding", "datatype": "FP32", "shape": [-1, self._embedder.dimension]}]

    async def predict(
        self,
        payload: InferRequest,
        headers: dict[str, str] | None = None,  # noqa: ARG002 - KServe's signature
        response_headers: dict[str, str] | None = None,  # noqa: ARG002 - KServe's signature
    ) -> InferResponse:
        """Embed texts.

        Args:
            payload: Holds the input `text`.
            headers: Of the request; not looked at.
            response_headers: Of the answer; not changed.

        Raises:
            InvalidInput: If there is no text, too many, or an empty one.
        """
        texts = read_strings(payload, "text")
        if not 1 <= len(texts) <= MAX_INPUTS or not all(text.strip() for text in texts):
            raise InvalidInput(f'input "text" must hold 1 to {MAX_INPUTS} texts, none of them empty')
        priority = choose_priority(len(texts), self._batch_texts)
        with metrics.EMBEDDING_SECONDS.labels(priority.name.lower()).time():
            made = await self._worker.embed(texts, priority)
        output = InferOutput("embedding", list(made.vectors.shape), "FP32", made.vectors.reshape(-1).tolist())
        return InferResponse(
            payload.id or uuid.uuid4().hex,
            self.name,
            [output],
            parameters={"revision": self._embedder.revision},
        )


class WritingModel(Model):  # type: ignore[misc] # kserve ships no types
    """BYTES "prompt" [n], or "question" [1] with "context" [n], to BYTES "answer"."""

    def __init__(self, name: str, write: Write, is_alive: Callable[[], bool]) -> None:
        """Serve a model that writes.

        Args:
            name: Under which it is served.
            write: The model.
            is_alive: Tells whether it still serves.
        """
        super().__init__(name)
        self._write = write
        self._is_alive = is_alive
        self.ready = True

    async def healthy(self) -> bool:
        """Tell whether the model still serves."""
        return bool(self.ready) and self._is_alive()

    def get_input_types(self) -> list[dict[str, Any]]:
        """Describe the inputs for the metadata route."""
        return [
            {"name": name, "datatype": "BYTES", "shape": [-1]} for name in ("prompt", "question", "context")
        ]

    def get_output_types(self) -> list[dict[str, Any]]:
        """Describe the outputs for the metadata route."""
        return [{"name": "answer", "datatype": "BYTES", "shape": [-1]}]

    async def predict(
        self,
        payload: InferRequest,
        headers: dict[str, str] | None = None,  # noqa: ARG002 - KServe's signature
        response_headers: dict[str, str] | None = None,  # noqa: ARG002 - KServe's signature
    ) -> InferResponse:
        """Answer each prompt, or the one question from the given contexts.

        Args:
            payload: Holds the input `prompt`, or `question` with `context`.
            headers: Of the request; not looked at.
            response_headers: Of the answer; not changed.

        Raises:
            InvalidInput: If there is neither a prompt nor exactly one question.
        """
        prompts = read_strings(payload, "prompt")
        if not prompts:
            questions = read_strings(payload, "question")
            if len(questions) != 1:
                raise InvalidInput(
                    f'give "prompt", or one "question" with "context"; got {len(questions)} questions'
                )
            prompts = [build_prompt(questions[0], read_strings(payload, "context"))]
        answers = [(await collect(self._write([Turn("user", one)], Limits())))[0] for one in prompts]
        output = InferOutput("answer", [len(answers)], "BYTES", answers)
        return InferResponse(payload.id or uuid.uuid4().hex, self.name, [output])
