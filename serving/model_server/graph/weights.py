"""Matrices as parts of a graph: as they are, or in eight bits that are widened where they are used."""

from collections.abc import Callable, Mapping
from typing import Literal

from openvino import Node
from openvino import opset13 as ops

from serving.model_server.graph.eight_bits import Matrix, quantise

Weights = Mapping[str, Matrix]
"""The tensors of a safetensors file, by their names."""

Place = Callable[[Matrix], Node]
"""Makes a matrix a part of a graph."""

Form = Literal["float", "int8"]


def choose_place(form: Form) -> Place:
    """Return what makes matrices parts of a graph in the form that the settings name."""
    return ops.constant if form == "float" else place_int8


def place_int8(matrix: Matrix) -> Node:
    """Return the matrix in eight bits; OpenVINO knows this form, and keeps it so in memory."""
    steps, zeros, sizes = (ops.constant(part) for part in quantise(matrix))
    return ops.multiply(ops.subtract(ops.convert(steps, "f32"), ops.convert(zeros, "f32")), sizes)
