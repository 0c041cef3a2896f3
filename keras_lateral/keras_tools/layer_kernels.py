"""The kernels of Keras' layers, and how each acts."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import keras

from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from keras_lateral.keras_tools.labels.label import Label
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels

_layers = keras.layers
_CONVOLUTIONS = (_layers.Conv1D, _layers.Conv2D, _layers.Conv3D)
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_DEPTHWISE = (_layers.DepthwiseConv1D, _layers.DepthwiseConv2D)
_SEPARABLE = (_layers.SeparableConv1D, _layers.SeparableConv2D)


@dataclass(frozen=True)
class LayerKernel:
    """One kernel of a layer.

    Args:
        layer: The layer.
        name: What the layer's arguments call the kernel: `"kernel"`, `"depthwise"` or
            `"pointwise"`.
        attribute: Name of the layer's attribute that holds the kernel.
        geometry: How the kernel acts.
        layer_label: The layer's label in its model. Defaults to its name.
    """

    layer: Any
    name: str
    attribute: str
    geometry: KernelGeometry
    layer_label: Label | None = None

    @property
    def variable(self) -> keras.Variable:
        """The kernel, of a built layer. One that the layer calculates is a tensor."""
        return getattr(self.layer, self.attribute)

    @property
    def weight(self) -> keras.Variable:
        """The weight that Keras regularizes as the kernel; with LoRA enabled, only a part of it.

        A layer that calculates its kernel from one weight has that as its `kernel_weight`.
        """
        if hasattr(self.layer, "kernel_weight"):
            return self.layer.kernel_weight
        if not getattr(self.layer, "lora_enabled", False):
            return self.variable
        return next(weight for weight in self.layer.weights if weight.name == self.attribute)

    @property
    def regularizer_name(self) -> str:
        """The layer's argument and attribute for the kernel's regularizer."""
        return f"{self.name}_regularizer"

    @property
    def regularizer(self) -> Any:
        """The kernel's regularizer; before `build`, the one that it will have."""
        if not self.layer.built:
            return getattr(self.layer, self.regularizer_name)
        return self.weight.regularizer

    @property
    def label(self) -> Label:
        """The layer's label, with the kernel's name where the layer has two."""
        own = self.layer_label or Label(self.layer.name)
        return own if self.attribute == "kernel" else own + f"/{self.name}"


def layer_kernels(layer: Any) -> list[LayerKernel]:
    """Returns the kernels of a Keras layer as linear operators.

    Args:
        layer: Any layer, built or not.

    Returns:
        One entry for a dense layer, a convolution, a depthwise or a transposed one, two for a
        separable one, none for any other layer.

    Example:

    >>> import keras
    >>> [k.label for k in layer_kernels(keras.layers.SeparableConv2D(8, 3, name="conv"))]
    ['conv/depthwise', 'conv/pointwise']
    """
    if isinstance(layer, _SEPARABLE):
        depthwise = _geometry(layer, "depthwise")
        return [
            LayerKernel(layer, "depthwise", "depthwise_kernel", depthwise),
            LayerKernel(layer, "pointwise", "pointwise_kernel", KernelGeometry("convolution")),
        ]
    if isinstance(layer, _DEPTHWISE):
        return [LayerKernel(layer, "depthwise", "kernel", _geometry(layer, "depthwise"))]
    if isinstance(layer, _TRANSPOSED):
        return [LayerKernel(layer, "kernel", "kernel", _geometry(layer, "transposed"))]
    if isinstance(layer, _CONVOLUTIONS):
        return [LayerKernel(layer, "kernel", "kernel", _geometry(layer, "convolution"))]
    if isinstance(layer, _layers.Dense):
        return [LayerKernel(layer, "kernel", "kernel", KernelGeometry("dense"))]
    return []


def fit_regularizers_to(layer: Any) -> None:
    """Tells the regularizers of a built layer how its kernels act, where they ask for it."""
    for kernel in layer_kernels(layer):
        fit = getattr(kernel.regularizer, "fit_to", None)
        if fit is not None and not fit(kernel.geometry, tuple(kernel.variable.shape)):
            warnings.warn(
                f"The regularizer of layer {kernel.label!r} is computed for another operator: it "
                f"has {kernel.regularizer.geometry}, and the layer {kernel.geometry}. Give each "
                "layer a regularizer of its own, without these arguments.",
                UserWarning,
                stacklevel=4,
            )


def kernels_of_model(model: Any, layers: Iterable[Any] | None = None) -> list[LayerKernel]:
    """Returns the kernels of a model's layers, each with a label that no other one has.

    Args:
        model: Any model.
        layers: Some of its layers. Defaults to all.

    Example:

    >>> import keras
    >>> part = lambda name: keras.Sequential([keras.layers.Dense(1, name="dense")], name=name)
    >>> [kernel.label for kernel in kernels_of_model(keras.Sequential([part("a"), part("b")]))]
    ['a/dense', 'b/dense']
    """
    labels = LayerLabels(model)
    return [
        replace(kernel, layer_label=labels.of(layer))
        for layer in (labels.layers if layers is None else layers)
        for kernel in layer_kernels(layer)
    ]


def _geometry(layer: Any, kind: Any) -> KernelGeometry:
    groups = layer.groups if kind == "convolution" else 1
    return KernelGeometry(kind, layer.strides, layer.dilation_rate, groups)
