"""A packed model of two layers, written as the package's file is."""

import struct

import numpy as np
import pytest

HIDDEN, LAYERS, INNER, VOCABULARY, POSITIONS = 32, 2, 64, 8, 4
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁disk", -1.0), ("▁full", -2.0)]
ONE_OF_THREE = (2.0, [0x0B] * 16)
"""A block: 3 halves up, 8 below: (11 - 8) * 2 and (0 - 8) * 2."""


def list_matrices() -> dict[str, tuple[int, int]]:
    square, wide, narrow = (HIDDEN, HIDDEN), (INNER, HIDDEN), (HIDDEN, INNER)
    shapes = {"q": square, "k": square, "v": square, "ao": square, "fi": wide, "fo": narrow}
    layers = {f"l{layer}.{name}.w": shape for layer in range(LAYERS) for name, shape in shapes.items()}
    return {"emb.word": (VOCABULARY, HIDDEN), **layers}


def list_vectors() -> dict[str, int]:
    sizes = {name: INNER if name == "fi" else HIDDEN for name in ("q", "k", "v", "ao", "fi", "fo")}
    named = {f"l{layer}.{name}.b": size for layer in range(LAYERS) for name, size in sizes.items()}
    norms = {f"l{n}.{name}.{part}": HIDDEN for n in range(LAYERS) for name in ("aln", "oln") for part in "wb"}
    whole = {"emb.pos": POSITIONS * HIDDEN, "emb.type": HIDDEN, "emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    return {**whole, **named, **norms}


@pytest.fixture(scope="session")
def packed() -> bytes:
    block = np.array([ONE_OF_THREE], dtype=[("scale", "<f2"), ("halves", "u1", 16)]).tobytes()
    data = {name: block * (rows * columns // 32) for name, (rows, columns) in list_matrices().items()}
    data |= {name: np.arange(size, dtype="<f4").tobytes() for name, size in list_vectors().items()}
    numbers = {name: rows * columns for name, (rows, columns) in list_matrices().items()} | list_vectors()
    texts = [text.encode() for text, _ in PIECES]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    scores = np.array([score for _, score in PIECES], "<f4").tobytes()
    sizes = (HIDDEN, LAYERS, 4, INNER, VOCABULARY, POSITIONS, 2)
    head = struct.pack(
        "<4sI7ifi5iQ", b"E5S1", 1, *sizes, 1e-12, 32, len(PIECES), 0, 2, 1, 3, len(b"".join(texts))
    )
    before = head + ends + scores + b"".join(texts) + struct.pack("<iI", 1, 3) + b"xyz"
    start = len(before) + 4 + len(_list_entries(data, numbers, 0))
    count = struct.pack("<i", len(data))
    return before + count + _list_entries(data, numbers, start) + b"".join(data.values())


def _list_entries(data: dict[str, bytes], numbers: dict[str, int], start: int) -> bytes:
    entries = b""
    for name, content in data.items():
        head = struct.pack("<H", len(name)) + name.encode()
        entries += head + struct.pack("<BIQQ", 0, numbers[name], start, len(content))
        start += len(content)
    return entries
