"""Feature sets of a gradient, and the norms of its minicolumns."""

from __future__ import annotations

from typing import Any

from keras import ops

from keras_lateral.keras_tools.arguments import DataFormat, FeatureSets, Tensor, check_choice


def channel_axis(rank: int, data_format: DataFormat) -> int:
    """Returns the index of the channels' axis in a tensor of `rank` axes, batch included."""
    check_choice("data_format", data_format, DataFormat)
    return rank - 1 if data_format == "channels_last" else 1


def spatial_axes(rank: int, data_format: DataFormat) -> tuple[int, ...]:
    """Returns the indices of the spatial axes in a tensor of `rank` axes, batch included."""
    first = 1 if data_format == "channels_last" else 2
    return tuple(range(first, first + rank - 2))


def number_of_sets(feature_sets: FeatureSets, channels: int) -> int:
    """Returns the number K of feature sets that `channels` channels are split into.

    Args:
        feature_sets: K, or `"channels"` for every channel its own set.
        channels: Number of channels.

    Returns:
        K.

    Raises:
        ValueError: If K does not divide the channels.

    Example:

    >>> number_of_sets(4, 64), number_of_sets("channels", 64)
    (4, 64)
    """
    if feature_sets == "channels":
        return channels
    if channels % feature_sets:
        divisors = [k for k in range(1, channels + 1) if channels % k == 0]
        raise ValueError(
            "Invalid value for argument `feature_sets`. Feature sets are equal and disjoint, so "
            f"their number must divide the {channels} channels: one of {divisors}, or "
            f'"channels". Received: feature_sets={feature_sets}'
        )
    return feature_sets


def minicolumn_norms(
    gradient: Tensor, feature_sets: FeatureSets = 1, data_format: DataFormat = "channels_last"
) -> Tensor:
    """Returns the norm of every minicolumn: N_ij(k) = ||M_ij(k)||_2.

    The channels are split into K equal, contiguous sets; the minicolumn M_ij(k) is the vector
    of set k's gradients at position (i, j). Squares are taken in float32, so a minicolumn
    shorter than about 1e-19 counts as zero.

    Args:
        gradient: Tensor of shape `(batch, *spatial, channels)` with one, two or three spatial
            axes, or `(batch, channels, *spatial)`.
        feature_sets: K, which must divide the channels, or `"channels"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        A float32 tensor like `gradient` with K in place of the channels.

    Raises:
        ValueError: If the tensor has no spatial axis, or K does not divide the channels.

    Example:

    >>> import keras
    >>> gradient = keras.ops.ones((1, 5, 5, 8))
    >>> minicolumn_norms(gradient, feature_sets=2).shape == (1, 5, 5, 2)
    True
    """
    gradient = ops.cast(gradient, "float32")
    if len(gradient.shape) < 3:
        raise ValueError(
            "Invalid value for argument `gradient`. Expected the shape (batch, *spatial, channels) "
            "with one spatial axis or more: a gradient mask compares neighbouring positions. "
            f"Received: gradient.shape={tuple(gradient.shape)}"
        )
    axis = channel_axis(len(gradient.shape), data_format)
    channels = gradient.shape[axis]
    sets = number_of_sets(feature_sets, channels)
    if sets == channels:
        return ops.abs(gradient)
    if sets == 1:
        return ops.sqrt(ops.sum(ops.square(gradient), axis=axis, keepdims=True))
    columns = ops.reshape(gradient, split_channels(ops.shape(gradient), sets, axis))
    return ops.sqrt(ops.sum(ops.square(columns), axis=axis + 1))


def split_channels(shape: tuple[Any, ...], sets: int, axis: int) -> tuple[Any, ...]:
    """Returns the shape in which `axis` has become the two axes (set, channel within the set)."""
    return (*shape[:axis], sets, shape[axis] // sets, *shape[axis + 1 :])
