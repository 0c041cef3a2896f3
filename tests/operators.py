"""A second derivation of layers as matrices: NumPy, float64, tap by tap.

    y = W x,    W = sum_p S_1(p_1) x ... x S_d(p_d) x K_p^T,    S(p)[q, u] = [u = s q + D p - P]

Nothing here reads `keras_lateral`. A map (*spatial, channels) is flattened in that order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

Lengths = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A linear layer: what its kernel does. `inputs` and `outputs` are the layer's channels.

    `multiplier` is that of a depthwise layer, which has no `outputs` of its own.
    """

    kind: str = "convolution"
    taps: tuple[int, ...] = (3, 3)
    inputs: int = 2
    outputs: int = 3
    strides: tuple[int, ...] = (1, 1)
    dilation_rate: tuple[int, ...] = (1, 1)
    groups: int = 1

    @property
    def axes(self) -> list[tuple[int, int, int]]:
        """Taps k, stride s and dilation D of each axis."""
        return list(zip(self.taps, self.strides, self.dilation_rate, strict=True))

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        return {
            "dense": (self.inputs, self.outputs),
            "convolution": (*self.taps, self.inputs // self.groups, self.outputs),
            "depthwise": (*self.taps, self.inputs, self.outputs // self.inputs),
            "transposed": (*self.taps, self.outputs, self.inputs),
        }[self.kind]

    @property
    def blocks(self) -> int:
        """Number of groups of channels that are independent of each other."""
        return self.inputs if self.kind == "depthwise" else self.groups

    @property
    def convolution(self) -> Layer:
        """The convolution of which a transposed layer is the transpose; else itself."""
        if self.kind != "transposed":
            return self
        return replace(self, kind="convolution", inputs=self.outputs, outputs=self.inputs)

    def random_kernel(self, seed: int = 0) -> np.ndarray:
        return np.random.default_rng(seed).normal(size=self.kernel_shape)

    def matrix_of_tap(self, kernel: np.ndarray, p: tuple[int, ...]) -> np.ndarray:
        """K_p^T of the convolution, (outputs, inputs), zero between groups."""
        own = kernel[p].reshape(-1)
        matrix = np.zeros((self.convolution.outputs, self.convolution.inputs))
        matrix[self._places] = own
        return matrix

    @property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """For each value of `kernel[p]`, in order, its output and its input."""
        rows, columns = [], []
        one, other = self.kernel_shape[-2:]
        for a, b in product(range(one), range(other)):
            if self.kind == "depthwise":
                rows.append(a * other + b)
                columns.append(a)
            else:
                rows.append(b)
                columns.append(b // (other // self.groups) * one + a)
        return np.array(rows), np.array(columns)


def circular_lengths(layer: Layer) -> Lengths:
    """Maps, at a convolution's input, in which no two lags of a row meet; whole in strides."""
    return tuple((2 * D * (k - 1)) // s * s + s for k, s, D in layer.axes)


def extent(k: int, D: int) -> int:
    return (k - 1) * D + 1


def convolution_lengths(layer: Layer, lengths: Lengths, padding: str) -> Lengths:
    """Lengths at the convolution's input: a transposed layer's output, as Keras has it."""
    if layer.kind != "transposed" or padding == "circular":
        return lengths
    more = [max(extent(k, D) - s, 0) * (padding == "valid") for k, s, D in layer.axes]
    axes = zip(lengths, layer.strides, more, strict=True)
    return tuple(length * s + extra for length, s, extra in axes)


def shift(p: int, axis: tuple[int, int, int], length: int, padding: str) -> np.ndarray:
    """S(p), (outputs, length), zero where the tap meets padding."""
    k, s, D = axis
    if padding == "circular":
        outputs, before = length // s, 0
    elif padding == "same":
        outputs = math.ceil(length / s)
        before = max((outputs - 1) * s + extent(k, D) - length, 0) // 2
    else:
        before = extent(k, D) - 1 if padding == "causal" else 0
        outputs = (length + before - extent(k, D)) // s + 1
    S = np.zeros((outputs, length))
    for q in range(outputs):
        u = s * q + D * p - before
        if padding == "circular":
            S[q, u % length] = 1
        elif 0 <= u < length:
            S[q, u] = 1
    return S


def shifts(layer: Layer, lengths: Lengths, padding: str) -> dict[tuple[int, ...], np.ndarray]:
    """S of all axes together, (pixels out, pixels in), for each tap."""
    by_tap = {}
    for p in product(*(range(k) for k in layer.taps)):
        S = np.ones((1, 1))
        for index, axis, length in zip(p, layer.axes, lengths, strict=True):
            S = np.kron(S, shift(index, axis, length, padding))
        by_tap[p] = S
    return by_tap


def operator(layer: Layer, kernel: np.ndarray, lengths: Lengths, padding: str) -> np.ndarray:
    """W, (outputs, inputs). `lengths` are those of the layer's input maps.

    With padding="circular" the map is a torus, and `lengths` are those of the convolution's input.
    """
    lengths = convolution_lengths(layer, lengths, padding)
    W = sum(
        np.kron(S, layer.matrix_of_tap(kernel, p))
        for p, S in shifts(layer, lengths, padding).items()
    )
    return W.T if layer.kind == "transposed" else W


def gram(W: np.ndarray, side: str) -> np.ndarray:
    """V."""
    return W.T @ W if side == "columns" else W @ W.T


def rows_of(V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """v_ii and r_i of the rows that are not all zero."""
    v, r = np.diag(V), np.abs(V).sum(1) - np.abs(np.diag(V))
    reached = np.abs(V).sum(1) > 0
    return v[reached], r[reached]


def penalty(W: np.ndarray, side: str, A: float | None, B: float | None) -> float:
    """R(W), equation by equation."""
    v, r = rows_of(gram(W, side))
    too_low = np.minimum(v - A - r, 0) if A is not None else np.zeros(len(v))
    too_high = np.minimum(B - v - r, 0) if B is not None else np.zeros(len(v))
    return float(np.mean(too_low**2 + too_high**2))


def penalty_gradient(
    layer: Layer, kernel: np.ndarray, lengths: Lengths, padding: str, side: str, **bounds: Any
) -> np.ndarray:
    """dR / dK by the chain rule: R -> V -> W -> K."""
    W = operator(layer, kernel, lengths, padding)
    to_W = _to_operator(W, side, **bounds)
    to_W = to_W.T if layer.kind == "transposed" else to_W
    one = layer.convolution
    gradient = np.zeros(kernel.shape)
    for p, S in shifts(layer, convolution_lengths(layer, lengths, padding), padding).items():
        parts = to_W.reshape(S.shape[0], one.outputs, S.shape[1], one.inputs)
        to_tap = np.einsum("qu,qoui->oi", S, parts)
        gradient[p] = to_tap[layer._places].reshape(kernel.shape[-2:])
    return gradient


def _to_operator(W: np.ndarray, side: str, A: float | None, B: float | None) -> np.ndarray:
    """dR / dW."""
    V = gram(W, side)
    reached = np.abs(V).sum(1) > 0
    v, r = np.diag(V), np.abs(V).sum(1) - np.abs(np.diag(V))
    low = np.minimum(v - A - r, 0) if A is not None else np.zeros(len(v))
    high = np.minimum(B - v - r, 0) if B is not None else np.zeros(len(v))
    scale = 2 * reached / reached.sum()
    to_V = -(scale * (low + high))[:, None] * np.sign(V)
    np.fill_diagonal(to_V, scale * (low - high))
    both = to_V + to_V.T
    return W @ both if side == "columns" else both @ W
