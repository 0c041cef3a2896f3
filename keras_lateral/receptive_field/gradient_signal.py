"""The gradient that is propagated back from one unit of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import keras
import numpy as np

Channel = int | Literal["sum", "random"]


class GradientSignal:
    """The gradient signal g: 1, or a sign, at one position, and 0 elsewhere.

    Args:
        shape: The layer's output shape without the batch.
        channel_axis: Index of the channels' axis in `shape`: 0 or -1.
        position: One index for each other axis, or `None` for the center.
        channel: `"sum"`, `"random"` or an index, see `effective_receptive_field`.
        rng: Generator that draws the signs.

    Raises:
        ValueError: If the position or the channel does not exist.

    Example:

    >>> signal = GradientSignal((3, 2), -1, None, "sum", np.random.default_rng(0))
    >>> signal.position, signal(1).tolist()
    ((1,), [[[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]])
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        channel_axis: int,
        position: Sequence[int] | None,
        channel: Channel,
        rng: np.random.Generator,
    ) -> None:
        spatial, channels = list(shape), shape[channel_axis]
        del spatial[channel_axis]
        self.position = _checked_position(position, tuple(spatial))
        self._shape, self._channel_axis = shape, channel_axis
        self._channel, self._rng = _checked_channel(channel, channels), rng

    def __call__(self, batch: int) -> np.ndarray:
        g = np.zeros((batch, *self._shape), keras.config.floatx())
        channels_last = np.moveaxis(g, 1, -1) if self._channel_axis == 0 else g  # a view
        unit: tuple[Any, ...] = (slice(None), *self.position)
        channels_last[unit] = self._at_unit(batch)
        return g

    def _at_unit(self, batch: int) -> np.ndarray:
        """Returns g_k for each image, array of shape `(batch, channels)`."""
        channels = self._shape[self._channel_axis]
        if self._channel == "random":
            return self._rng.choice([-1.0, 1.0], size=(batch, channels))
        if self._channel == "sum":
            return np.ones((batch, channels))
        return np.tile(np.eye(channels)[self._channel], (batch, 1))


def _checked_position(position: Sequence[int] | None, spatial: tuple[int, ...]) -> tuple[int, ...]:
    if position is None:
        return tuple(length // 2 for length in spatial)
    given = tuple(int(index) for index in position)
    inside = [0 <= index < length for index, length in zip(given, spatial, strict=False)]
    if len(given) != len(spatial) or not all(inside):
        raise ValueError(
            "Invalid value for argument `position`. Expected indices into the layer's map of "
            f"shape {spatial}. Received: position={position}"
        )
    return given


def _checked_channel(channel: Channel, channels: int) -> Channel:
    known = channel in ("sum", "random") if isinstance(channel, str) else 0 <= channel < channels
    if not known:
        raise ValueError(
            f"Invalid value for argument `channel`. Expected 0 to {channels - 1}, 'sum' or "
            f"'random'. Received: channel={channel!r}"
        )
    return channel
