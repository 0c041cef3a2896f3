"""Gradient-flow sensitivity of layers, and how much of it masks keep (eq. 4 to 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.gaussian import reflect
from keras_lateral.gradient_mask.gradient_flow_record import (
    GradientFlowSensitivity,
    LayerGradientFlow,
)
from keras_lateral.gradient_mask.laplacian_of_gaussian import laplacian_of_gaussian
from keras_lateral.gradient_mask.mask_gradients import find_gradient_masks, mask_gradients
from keras_lateral.gradient_mask.report import batches, number_of_samples
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import DataFormat, check_sigma
from keras_lateral.keras_tools.gradients_at_layers import gradients_at_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.relu_layers import relu_layers
from keras_lateral.keras_tools.training_step import (
    Loss,
    build_for,
    check_loss,
    training_loss,
    unchanged,
)

NamedGradient = tuple[str, np.ndarray, np.ndarray | None]
"""A name, the gradient of shape (samples, height, width, channels) and the mask, or None."""


def gradient_flow_sensitivity(
    model: keras.Model,
    x: Any,
    y: Any,
    loss: Loss = None,
    *,
    layers: Choice | None = None,
    sigma: float | None = None,
    data_format: DataFormat | None = None,
    batch_size: int = 32,
) -> GradientFlowSensitivity:
    """Returns where the gradient of layers has its sources, and how much of them masks keep.

    The paper's criterion of gradient quality is, for a weight w and a position (i, j),

        s_ij = da_ij/dw * |Laplacian of dL/da at (i, j)|                             (eq. 6)

    This is the part of it that depends on the layer's map alone, summed over channels c, with
    dL/da the gradient that arrives at the layer's output in a training step:

        s_ij = sum_c |Laplacian_ij of dL/da_ijc|

    and, for a layer with a mask a_ij(k), where channel c belongs to set k,

        sensitivity_kept = sum a s / sum s,   gradient_kept = sum a |g| / sum |g|

    over samples, positions and channels. Where `sensitivity_kept` exceeds `positions_kept` the
    mask stops positions that are less sensitive than others; the paper says it does. The Laplacian
    is the sum of the second differences along both axes, with the map mirrored at its border.

    The gradient is that of training: dropout acts, batch normalization uses the batch's
    statistics, and masks of later layers have acted on it. It scales as 1 / batch size, so maps of
    different batch sizes have different scales; the shares do not depend on it. Nothing in the
    model changes.

    Args:
        model: Any model; it is built if necessary.
        x: Inputs: an array, or arrays in a list or dict.
        y: Targets.
        loss: A Keras loss or its name. Defaults to the model's compiled loss, with everything a
            training step adds to it.
        layers: Names, classes or a predicate of the layers whose outputs to measure, without the
            shares that masks keep. Defaults to the model's masks or, if it has none, its ReLU
            layers: the ReLU's output is the paper's a.
        sigma: Standard deviation, in pixels of the map, of a Laplacian of Gaussian to use instead
            of the Laplacian, as in a mask; `None` uses the plain Laplacian of eq. 4.
        data_format: Data format of layers that have none of their own. Defaults to Keras'
            setting.
        batch_size: Samples per training step.

    Returns:
        A `GradientFlowSensitivity`.

    Raises:
        ValueError: If there is no loss, no data, or no mask or layer with two spatial axes.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, gradient_flow_sensitivity
    >>> conv = GradientMaskConv2D(4, 3, name="conv", sigma=1.0, threshold=0.5)
    >>> model = keras.Sequential([conv, keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> x, y = np.random.default_rng(0).normal(size=(6, 8, 8, 3)), np.ones((6, 1))
    >>> report = gradient_flow_sensitivity(model, x, y, loss="mse")
    >>> report["conv"].sensitivity.shape, 0 < report["conv"].sensitivity_kept < 1
    ((6, 6, 6), True)

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks, eq. 4 to 6.
    """
    check_loss(model, loss)
    if sigma is not None:
        check_sigma(sigma)
    build_for(model, x)
    if not number_of_samples(x):
        raise ValueError("Invalid value for argument `x`. Expected at least one sample.")
    parts: dict[str, list[LayerGradientFlow]] = {}
    for x_batch, y_batch in batches((x, y), batch_size):
        found = _gradients_and_masks(model, x_batch, y_batch, loss, layers, data_format)
        for name, g, mask in found:
            parts.setdefault(name, []).append(_flow(name, g, mask, sigma))
    if not parts:
        raise ValueError(
            "Invalid value for argument `layers`. Expected layers, or masks, with two spatial axes "
            f"that model {model.name!r} calls. Received: layers={layers!r}"
        )
    flows = tuple(_concatenated(name, batch_flows) for name, batch_flows in parts.items())
    return GradientFlowSensitivity(flows, {"sigma": sigma, "batch_size": batch_size})


def _gradients_and_masks(
    model: keras.Model,
    x: Any,
    y: Any,
    loss: Loss,
    layers: Choice | None,
    data_format: DataFormat | None,
) -> Iterator[NamedGradient]:
    """Yields the gradients of one training step, each call of a layer under its own name."""
    if layers is None and _has_masks(model):
        for name, at in mask_gradients(model, x, y, loss).items():
            if at.gradient.ndim == 4:
                yield name, at.gradient, at.mask
        return
    chosen = (
        relu_layers(model) if layers is None else choose_layers(model, layers, all_layers(model))
    )

    def step(x: Any) -> Any:
        with unchanged(model):
            return training_loss(model, x, y, loss)

    labels, times = LayerLabels(model), dict[str, int]()
    for layer, gradient in gradients_at_layers(chosen, step, x):
        label = labels.of(layer)
        times[label] = earlier = times.get(label, -1) + 1
        g = np.asarray(ops.convert_to_numpy(ops.cast(gradient, "float32")))
        own = getattr(layer, "data_format", None) or data_format
        last = np.moveaxis(g, 1, -1) if _channels_first(own) else g
        yield label + f":{earlier}" if earlier else label, last, None


def _channels_first(data_format: DataFormat | None) -> bool:
    return (data_format or keras.config.image_data_format()) == "channels_first"


def _has_masks(model: keras.Model) -> bool:
    try:
        return bool(find_gradient_masks(model))
    except ValueError:
        return False


def _flow(
    name: str, gradient: np.ndarray, mask: np.ndarray | None, sigma: float | None
) -> LayerGradientFlow:
    g = gradient.astype("float64")
    s, g = np.abs(_laplacian(g, sigma)), np.abs(g)
    if mask is None:
        return LayerGradientFlow(name, s.sum(axis=-1), g.sum(axis=-1))
    a = np.repeat(mask, g.shape[-1] // mask.shape[-1], axis=-1)
    kept_s, kept_g = (a * s).sum(axis=-1), (a * g).sum(axis=-1)
    positions = float(mask.mean())
    return LayerGradientFlow(name, s.sum(axis=-1), g.sum(axis=-1), kept_s, kept_g, positions)


def _laplacian(g: np.ndarray, sigma: float | None) -> np.ndarray:
    """Returns the Laplacian of maps of shape `(samples, height, width, channels)`."""
    if sigma is not None:
        return np.asarray(ops.convert_to_numpy(laplacian_of_gaussian(g, sigma)), "float64")
    total = np.zeros_like(g)
    for axis in (1, 2):
        i = np.arange(g.shape[axis])
        before, after = (np.take(g, reflect(i + n, len(i)), axis=axis) for n in (-1, 1))
        total += before - 2 * g + after
    return total


def _concatenated(name: str, parts: list[LayerGradientFlow]) -> LayerGradientFlow:
    """Returns the batches of one layer as one batch."""

    def concatenated(key: str) -> Any:
        values = [getattr(part, key) for part in parts]
        return None if values[0] is None else np.concatenate(values)

    sizes = [len(part.sensitivity) for part in parts]
    positions = float(np.average([part.positions_kept for part in parts], weights=sizes))
    return LayerGradientFlow(
        name=name,
        sensitivity=concatenated("sensitivity"),
        gradient=concatenated("gradient"),
        kept_sensitivity=concatenated("kept_sensitivity"),
        kept_gradient=concatenated("kept_gradient"),
        positions_kept=positions,
    )
