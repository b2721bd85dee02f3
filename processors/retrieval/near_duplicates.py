"""Which questions ask the same in other words: equal in all words that matter, and alike in meaning.

Vectors alone can't tell "scale up" from "scale down" or Redis from Kafka: such pairs are closer than many
honest rewordings. So two questions must first agree in their signature, which is all of their words but those
that only carry the question along. What is left to differ is the phrasing, and the vectors judge that.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from processors.retrieval.question.signature import Signature, sign_question

THRESHOLD: Final = 0.75
"""Least cosine of two questions' vectors; chosen on evaluation/queries/near_duplicates.jsonl."""

_HEADER: Final = struct.Struct("<H")
# About what Python takes for a question's text, signature and places in the tables, in bytes.
_OBJECTS: Final = 1_000


def pack_question(question: str, vector: npt.ArrayLike) -> bytes:
    """Return a question with its vector as the cache keeps it: half precision, 2 bytes a number.

    Example:
        >>> unpack_question(pack_question("why", [0.5, 0.25]))[0]
        'why'
    """
    packed = np.asarray(vector, dtype="<f2")
    return _HEADER.pack(len(packed)) + packed.tobytes() + question.encode()


def unpack_question(record: bytes) -> tuple[str, npt.NDArray[np.float32]]:
    """Return the question and the vector of a record."""
    (dimension,) = _HEADER.unpack_from(record)
    end = _HEADER.size + 2 * dimension
    vector = np.frombuffer(record[_HEADER.size : end], dtype="<f2").astype(np.float32)
    return record[end:].decode(), vector


@dataclass
class AskedQuestions:
    """A copy of one list of cached questions, by what a question must have in common with them."""

    read: int = 0
    known: set[str] = field(default_factory=set)
    questions: dict[Signature, list[str]] = field(default_factory=dict)
    vectors: dict[Signature, list[npt.NDArray[np.float32]]] = field(default_factory=dict)
    size_bytes: int = 0

    def add(self, records: Sequence[bytes]) -> None:
        """Add records of the list; a question that several services stored counts once."""
        self.read += len(records)
        for record in records:
            question, vector = unpack_question(record)
            if question not in self.known:
                self.known.add(question)
                signature = sign_question(question)
                self.questions.setdefault(signature, []).append(question)
                self.vectors.setdefault(signature, []).append(vector)
                self.size_bytes += vector.nbytes + _OBJECTS + 2 * len(question)

    def find_nearest(self, signature: Signature, vector: Sequence[float]) -> str | None:
        """Return the question that asks the same, None if there is none."""
        if not signature.words or signature not in self.questions:
            return None
        scores = np.stack(self.vectors[signature]) @ np.asarray(vector, dtype=np.float32)
        best = int(scores.argmax())
        return self.questions[signature][best] if scores[best] >= THRESHOLD else None
