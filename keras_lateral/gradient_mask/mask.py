"""The mask of a gradient, and the identity whose backward pass applies it."""

from __future__ import annotations

from typing import Any, Unpack

import keras
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import gradients_are_exact
from keras_lateral.gradient_mask.laplacian_of_gaussian import filter_with_taps
from keras_lateral.gradient_mask.minicolumns import (
    channel_axis,
    minicolumn_norms,
    spatial_axes,
    split_channels,
)
from keras_lateral.gradient_mask.settings import (
    ROUND_OFF,
    GradientMaskSettings,
    MaskValues,
    values_of,
)
from keras_lateral.gradient_mask.thresholds import below, threshold_level
from keras_lateral.keras_tools.arguments import DataFormat, GradientMaskArguments, Tensor
from keras_lateral.keras_tools.backward import identity_with_backward


def gradient_mask(
    gradient: Tensor,
    data_format: DataFormat = "channels_last",
    **arguments: Unpack[GradientMaskArguments],
) -> Tensor:
    """Returns the mask of a gradient (eq. 1 and 2).

        N_ij(k) = ||M_ij(k)||_2         the norm of set k's gradients at (i, j)
        delta(k) = LoG * N(k)           lateral inhibition
        a_ij(k) = 0 where |delta_ij(k)| < eps, else 1

    A sample and set with a value that is not finite is not masked at all, so that NaN and inf
    reach the optimizer unchanged. On a flat norm map delta is exactly 0: rounding does not count
    as contrast.

    Args:
        gradient: Tensor of shape `(batch, *spatial, channels)` with one, two or three spatial
            axes, or `(batch, channels, *spatial)`.
        data_format: `"channels_last"` or `"channels_first"`.
        **arguments: See `GradientMaskSettings`.

    Returns:
        A boolean tensor like `gradient` with the K feature sets in place of the channels.

    Raises:
        ValueError: If an argument is out of its range or K does not divide the channels.

    Example:

    >>> import keras
    >>> gradient = keras.random.normal((2, 8, 8, 16), seed=0)
    >>> gradient_mask(gradient, feature_sets=4, threshold=0.5).shape == (2, 8, 8, 4)
    True

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks, eq. 1 and 2.
    """
    settings = GradientMaskSettings(**arguments)
    norms = minicolumn_norms(_as_tensor(gradient), settings.feature_sets, data_format)
    return mask_of_norms(norms, settings, data_format)


def masked_gradient(
    gradient: Tensor,
    data_format: DataFormat = "channels_last",
    **arguments: Unpack[GradientMaskArguments],
) -> Tensor:
    """Returns the part of a gradient that its mask lets pass: a * g.

    Args:
        gradient: Tensor of shape `(batch, *spatial, channels)` with one, two or three spatial
            axes, or `(batch, channels, *spatial)`.
        data_format: `"channels_last"` or `"channels_first"`.
        **arguments: See `GradientMaskSettings`.

    Returns:
        A tensor of the gradient's shape and dtype.

    Example:

    >>> import keras
    >>> gradient = keras.random.normal((2, 8, 8, 16), seed=0)
    >>> passed = masked_gradient(gradient, threshold=0.5)
    >>> bool(keras.ops.all((passed == gradient) | (passed == 0)))
    True
    """
    return apply_mask(_as_tensor(gradient), GradientMaskSettings(**arguments), data_format)


def identity_with_gradient_mask(
    x: Tensor,
    data_format: DataFormat = "channels_last",
    **arguments: Unpack[GradientMaskArguments],
) -> Tensor:
    """Returns `x`; in the backward pass its gradient goes through a mask.

        forward:   y = x
        backward:  dL/dx = a(dL/dy) * dL/dy

    Inside `exact_gradients()` it is the plain identity, decided when the function is called or
    traced. In a model use the layer `GradientMask`.

    Args:
        x: Tensor of shape `(batch, *spatial, channels)` with one, two or three spatial axes, or
            `(batch, channels, *spatial)`.
        data_format: `"channels_last"` or `"channels_first"`.
        **arguments: See `GradientMaskSettings`.

    Returns:
        `x`.

    Raises:
        ValueError: If `x` is symbolic, or an argument is out of its range.

    Example:

    >>> import keras
    >>> x = keras.random.normal((2, 8, 8, 16), seed=0)
    >>> bool(keras.ops.all(identity_with_gradient_mask(x, sigma=1.5) == x))
    True
    """
    settings = GradientMaskSettings(**arguments)
    if isinstance(x, keras.KerasTensor):
        raise ValueError(
            "Invalid value for argument `x`. Expected a tensor with values. In a functional "
            f"model use the layer `keras_lateral.GradientMask` instead. Received: x={x}"
        )
    x = _as_tensor(x)
    if gradients_are_exact():
        return x
    return identity_with_backward(x, lambda upstream: apply_mask(upstream, settings, data_format))


def apply_mask(
    gradient: Tensor,
    settings: GradientMaskSettings,
    data_format: DataFormat,
    values: MaskValues | None = None,
) -> Tensor:
    """Returns a * g; `values` as in `mask_of_norms`."""
    norms = minicolumn_norms(gradient, settings.feature_sets, data_format)
    mask = ops.cast(mask_of_norms(norms, settings, data_format, values), gradient.dtype)
    axis = channel_axis(len(gradient.shape), data_format)
    sets = norms.shape[axis]
    if sets in (1, gradient.shape[axis]):
        return gradient * mask
    shape = ops.shape(gradient)
    columns = ops.reshape(gradient, split_channels(shape, sets, axis))
    return ops.reshape(columns * ops.expand_dims(mask, axis + 1), shape)


def mask_of_norms(
    norms: Tensor,
    settings: GradientMaskSettings,
    data_format: DataFormat,
    values: MaskValues | None = None,
) -> Tensor:
    """Returns the mask of a norm map (eq. 2).

    Args:
        norms: Float32 tensor of shape `(batch, *spatial, sets)` or `(batch, sets, *spatial)`.
        settings: The mask's arguments.
        data_format: `"channels_last"` or `"channels_first"`.
        values: Tensors that stand in for sigma and the threshold of `settings`; where `enabled`
            is false every gradient passes.

    Returns:
        A boolean tensor of the same shape.
    """
    if 0 in norms.shape:  # an empty batch; Keras refuses to take its maximum
        return ops.ones_like(norms, dtype="bool")
    values = values_of(settings) if values is None else values
    axes = spatial_axes(len(norms.shape), data_format)
    delta, rounding = _response_and_rounding(norms, settings, axes, values)
    magnitude = ops.abs(delta)
    magnitude = _without_rounding(magnitude, magnitude, rounding, settings)
    level = threshold_level(magnitude, values.threshold, settings.threshold_mode, axes)
    if settings.threshold_mode != "absolute":
        level = below(level, rounding)
    # NaN and inf must pass unchanged, wherever a form of the filter has spread them. Comparing with
    # a level of 0 would not do: compilers turn "not below" into "at least", which NaN is not.
    acts = ops.isfinite(ops.sum(norms, axis=axes, keepdims=True))
    if values.enabled is not True:
        acts = ops.logical_and(acts, values.enabled)
    return ops.logical_or(magnitude >= level, ops.logical_not(acts))


def inhibition_response(
    norms: Tensor,
    settings: GradientMaskSettings,
    data_format: DataFormat = "channels_last",
    values: MaskValues | None = None,
) -> Tensor:
    """Returns delta: the Laplacian of Gaussian of a norm map, with rounding errors set to 0.

    Args:
        norms: Float32 tensor of shape `(batch, *spatial, sets)` or `(batch, sets, *spatial)`.
        settings: The mask's arguments; with `inhibition="norm"` delta is the norm map itself.
        data_format: `"channels_last"` or `"channels_first"`.
        values: Tensors that stand in for sigma, as `GradientMask.values()` returns them.

    Returns:
        A float32 tensor of the same shape.

    Example:

    >>> import keras
    >>> flat = keras.ops.ones((1, 8, 8, 1))
    >>> bool(keras.ops.all(inhibition_response(flat, GradientMaskSettings()) == 0))
    True
    """
    norms = _as_tensor(norms)
    axes = spatial_axes(len(norms.shape), data_format)
    values = values_of(settings) if values is None else values
    delta, rounding = _response_and_rounding(norms, settings, axes, values)
    return _without_rounding(delta, ops.abs(delta), rounding, settings)


def _as_tensor(x: Any) -> Tensor:
    """Returns an array or lists as a tensor of the backend; torch mixes neither with its own."""
    known = ops.is_tensor(x) or isinstance(x, keras.KerasTensor)
    return x if known else ops.convert_to_tensor(x)


def _response_and_rounding(
    norms: Tensor, settings: GradientMaskSettings, axes: tuple[int, ...], values: MaskValues
) -> tuple[Tensor, Tensor]:
    """Returns delta, and the largest difference in it that is rounding, per sample and set."""
    largest = ops.max(norms, axis=axes, keepdims=True)
    if settings.inhibition == "norm":
        return norms, ROUND_OFF * largest
    padding = settings.inhibition_padding
    delta = filter_with_taps(norms, values.taps, axes=axes, padding=padding)
    return delta, largest * values.rounding[len(axes) - 1]


def _without_rounding(
    delta: Tensor, magnitude: Tensor, rounding: Tensor, settings: GradientMaskSettings
) -> Tensor:
    """Returns delta with 0 where its magnitude is rounding; norms are no sums that could be."""
    return delta if settings.inhibition == "norm" else ops.where(magnitude <= rounding, 0.0, delta)
