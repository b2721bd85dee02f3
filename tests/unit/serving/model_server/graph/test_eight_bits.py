import numpy as np

from serving.model_server.graph.eight_bits import Matrix, Quantised, quantise


def widen(quantised: Quantised) -> Matrix:
    steps, zeros, sizes = quantised
    return (steps.astype(np.float32) - zeros.astype(np.float32)) * sizes


def test_no_number_is_off_by_more_than_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(20, 64)).astype(np.float32)
    quantised = quantise(matrix)

    assert (np.abs(widen(quantised) - matrix) <= quantised.sizes * 1.01).all()


def test_nought_stays_nought() -> None:
    matrix = np.array([[0.0, 3.0, 7.0], [-5.0, -2.0, 0.0], [-1.0, 0.0, 9.0], [0.0, 0.0, 0.0]], np.float32)

    assert (widen(quantise(matrix))[matrix == 0] == 0).all()


def test_each_row_has_steps_of_its_own() -> None:
    quantised = quantise(np.array([[0.0, 255.0], [0.0, 2.55]], np.float32))

    assert quantised.steps.tolist() == [[0, 255], [0, 255]]
    assert np.allclose(quantised.sizes, [[1.0], [0.01]])
