"""A layer as a linear operator, in NumPy and float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.gram.problem import at_least_float32
from keras_lateral.keras_tools.arguments import Padding
from keras_lateral.keras_tools.kernel_geometry import KernelAxis, KernelGeometry
from keras_lateral.keras_tools.layer_kernels import LayerKernel, layer_kernels
from keras_lateral.keras_tools.map_lengths import Lengths


@dataclass(frozen=True)
class LayerOperator:
    """The operator of a convolution, with the same singular values as the layer's.

    A transposed convolution is the transpose of the convolution with the same kernel, a dense
    layer a convolution without spatial axes, a separable layer one convolution:

        th[p, c, o] = sum_m D[p, c, m] P[c mult + m, o]

    Args:
        taps: Float64 array (groups, *taps, inputs, outputs).
        axes: Size, stride and dilation of each spatial axis.
        padding: `"valid"`, `"same"` or `"causal"`.
        transposed: Whether the layer is the transpose of this convolution.
    """

    taps: np.ndarray
    axes: tuple[KernelAxis, ...]
    padding: Padding = "valid"
    transposed: bool = False

    @property
    def groups(self) -> int:
        """Independent groups of channels."""
        return int(self.taps.shape[0])

    @property
    def inputs(self) -> int:
        """Input channels of a group."""
        return int(self.taps.shape[-2])

    @property
    def outputs(self) -> int:
        """Output channels of a group."""
        return int(self.taps.shape[-1])


def layer_operator(layer: Any, name: str | None = None) -> LayerOperator:
    """Returns the operator of a layer.

    Args:
        layer: A built layer.
        name: Its name in errors. Defaults to its own.

    Raises:
        ValueError: If the layer is not built, or has no known kernel.
    """
    name, kernels = name or layer.name, layer_kernels(layer)
    if not kernels:
        raise ValueError(
            "Expected a dense layer, a convolution, or a depthwise, separable or transposed one. "
            f"Received: {layer}"
        )
    if not layer.built:
        raise ValueError(
            f"Layer {name!r} has no kernel yet: it is not built. Call it, or its model, on "
            "data first."
        )
    geometry, kernel = _combined_kernel(kernels)
    if not np.isfinite(kernel).all():
        raise ValueError(
            f"Layer {name!r} has no frame bounds: some of its weights are NaN or infinite. "
            "If a regularizer made training diverge, use a smaller `factor`."
        )
    return kernel_operator(kernel, geometry, getattr(layer, "padding", "valid"))


def kernel_operator(
    kernel: np.ndarray, geometry: KernelGeometry, padding: Padding = "valid"
) -> LayerOperator:
    """Returns the operator of a kernel as Keras has it."""
    groups, inputs, outputs = geometry.channels(kernel.shape)
    taps = kernel.shape[:-2]
    kind, axes = geometry.kind_for(kernel.shape), tuple(geometry.axes(kernel.shape))
    if kind == "depthwise":
        kernel = kernel.reshape(*taps, 1, groups * outputs)
    return LayerOperator(
        taps=np.moveaxis(kernel.reshape(*taps, inputs, groups, outputs), -2, 0),
        axes=axes,
        padding=padding,
        transposed=kind == "transposed",
    )


def _combined_kernel(kernels: Sequence[LayerKernel]) -> tuple[KernelGeometry, np.ndarray]:
    first, *pointwise = [_float64_kernel(kernel) for kernel in kernels]
    geometry = kernels[0].geometry
    if not pointwise:
        return geometry, first
    c, mult = first.shape[-2:]
    effective = np.einsum("...cm,cmo->...co", first, pointwise[0].reshape(c, mult, -1))
    return KernelGeometry("convolution", geometry.strides, geometry.dilation_rate), effective


def _float64_kernel(kernel: LayerKernel) -> np.ndarray:
    values: Any = kernel.variable
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(values.dtype)):
        raise ValueError(
            f"The kernel of layer {kernel.label!r} is quantized ({values.dtype}): its numbers "
            "are not those that the layer multiplies by, so they have no frame bounds. Measure the "
            "model before it is quantized, or other layers by `layers=`."
        )
    return ops.convert_to_numpy(at_least_float32(values)).astype("float64")


def ring_outputs(operator: LayerOperator, lengths: Lengths) -> Lengths:
    """Returns the convolution's output positions on circular maps of at least these lengths."""
    if operator.transposed:
        return lengths
    steps = zip(operator.axes, lengths, strict=True)
    return tuple(-(-length // axis.stride) for axis, length in steps)


def ring_lengths(operator: LayerOperator, outputs: Lengths) -> Lengths:
    """Returns the lengths of the layer's circular input maps with these output positions."""
    if operator.transposed:
        return outputs
    return tuple(n * axis.stride for axis, n in zip(operator.axes, outputs, strict=True))


def convolution_lengths(operator: LayerOperator, lengths: Lengths) -> Lengths:
    """Returns the lengths of the convolution's input maps: of a transposed layer, its outputs."""
    if not operator.transposed:
        return lengths
    return tuple(
        length * axis.stride
        + (max(axis.extent - axis.stride, 0) if operator.padding == "valid" else 0)
        for axis, length in zip(operator.axes, lengths, strict=True)
    )
