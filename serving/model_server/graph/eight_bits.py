"""Numbers in eight bits: each row of a matrix in 256 steps of its own size."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Steps = npt.NDArray[np.uint8]


class Quantised(NamedTuple):
    """A matrix in steps: a number is `(steps - zeros) * sizes`.

    Attributes:
        steps: As many as the matrix has numbers.
        zeros: The step that means nought, one a row.
        sizes: How much a step is, one a row.
    """

    steps: Steps
    zeros: Steps
    sizes: Matrix


def quantise(matrix: Matrix) -> Quantised:
    """Cut the range of each row into 255 steps, one of which is nought.

    Example:
        >>> quantise(np.array([[-1.0, 0.0, 1.55]], np.float32)).steps.tolist()
        [[0, 100, 255]]
    """
    least = np.minimum(matrix.min(axis=1, keepdims=True), 0)
    most = np.maximum(matrix.max(axis=1, keepdims=True), 0)
    # A row of noughts has no range, and nothing may be divided by that.
    sizes = np.maximum((most - least) / 255, np.finfo(np.float32).tiny).astype(np.float32)
    zeros = np.rint(-least / sizes)
    steps = np.clip(np.rint(matrix / sizes) + zeros, 0, 255)
    return Quantised(steps.astype(np.uint8), zeros.astype(np.uint8), sizes)
