"""Random chains of operations that split, merge, turn and take apart the axes of an image."""

from __future__ import annotations

from random import Random
from typing import Any

import keras
from keras import layers, ops

LENGTH = 12
"""The images' length along both axes."""

_OPTIONS: dict[str, Any] = {
    "use_bias": False,
    "kernel_initializer": keras.initializers.Constant(0.3),
}


class RandomRearrangement:
    """Draws pairs of such operations, with convolutions between, that give back a map.

    Args:
        random: Generator of the choices.
        depth: Number of draws.

    Its `turned` says whether rows of the image are columns of the last map.
    """

    def __init__(self, random: Random, depth: int) -> None:
        self._random, self.turned = random, False
        image = keras.Input((LENGTH, LENGTH, 1))
        x = self._convolution(image)
        kinds = [self._shuffle, self._unshuffle, self._windows, self._sequence, self._turn]
        kinds += [self._slices, self._phases, self._roll, self._convolution, self._grid]
        for _ in range(depth):
            turned, new = self.turned, random.choice(kinds)(x)
            if min(new.shape[1:3]) >= 4 and max(new.shape[1:3]) <= 2 * LENGTH:
                x = new
            else:
                self.turned = turned
        self.model = keras.Model(image, self._channels(x))

    def _convolution(self, x: Any) -> Any:
        kernel, stride = self._random.randint(1, 3), self._random.choice([1, 1, 2])
        return layers.Conv2D(4, kernel, stride, padding="same", **_OPTIONS)(x)

    def _shuffle(self, x: Any) -> Any:
        """Sub-pixel convolution: channels become blocks of pixels."""
        _, h, w, _ = x.shape
        x = ops.reshape(x, (-1, h, w, 2, 2, x.shape[-1] // 4))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return self._channels(ops.reshape(x, (-1, 2 * h, 2 * w, x.shape[-1])))

    def _unshuffle(self, x: Any) -> Any:
        _, h, w, c = x.shape
        if h % 2 or w % 2:
            return x
        x = layers.Reshape((h // 2, 2, w // 2, 2, c))(x)
        x = layers.Permute((1, 3, 2, 4, 5))(x)
        x = layers.Reshape((h // 2, w // 2, 4 * c))(x)
        if self._random.random() < 0.5:  # and back
            x = ops.reshape(x, (-1, h // 2, w // 2, 2, 2, c))
            return ops.reshape(ops.swapaxes(x, 2, 3), (-1, h, w, c))
        return self._channels(x)

    def _windows(self, x: Any, grid: bool = False) -> Any:
        """Units are mixed within windows, or within all units at one place of all windows."""
        _, h, w, c = x.shape
        a, b = self._divisor(h), self._divisor(w)
        x = ops.reshape(x, (-1, h // a, a, w // b, b, c))
        mixed = (1, 3) if grid else (2, 4)
        x = ops.moveaxis(x, mixed, (3, 4))
        lengths = tuple(x.shape[1:5])
        x = ops.reshape(x, (-1, lengths[2] * lengths[3], c))
        # Weights are positive, so that a mean mixes as attention does.
        x = x + ops.mean(x, axis=1, keepdims=True)
        x = ops.reshape(x, (-1, *lengths, c))
        return ops.reshape(ops.moveaxis(x, (3, 4), mixed), (-1, h, w, c))

    def _grid(self, x: Any) -> Any:
        return self._windows(x, grid=True)

    def _sequence(self, x: Any) -> Any:
        """A sequence of tokens, and back."""
        _, h, w, c = x.shape
        x = layers.Dense(c, **_OPTIONS)(layers.Reshape((-1, c))(x))
        return layers.Reshape((h, w, c))(x)

    def _turn(self, x: Any) -> Any:
        """Rows become columns."""
        self.turned = not self.turned
        return (
            ops.swapaxes(x, 1, 2) if self._random.random() < 0.5 else layers.Permute((2, 1, 3))(x)
        )

    def _slices(self, x: Any) -> Any:
        axis = self._random.choice([1, 2])
        parts = ops.split(x, [2, x.shape[axis] - 1], axis=axis)
        return parts[1]

    def _phases(self, x: Any) -> Any:
        """Every other row, and the rows between: both put together again, or as channels."""
        if x.shape[1] % 2:
            return x
        _, h, w, c = x.shape
        a, b = x[:, ::2], x[:, 1::2]
        if self._random.random() < 0.5:
            return self._channels(ops.concatenate([a, b], axis=-1))
        return ops.reshape(ops.stack([a, b], axis=2), (-1, h, w, c))

    def _roll(self, x: Any) -> Any:
        shift = self._random.randint(1, 3)
        turned = ops.roll(x, shift, axis=1)
        return ops.roll(self._windows(turned), -shift, axis=1)

    def _channels(self, x: Any) -> Any:
        return layers.Conv2D(4, 1, **_OPTIONS)(x)

    def _divisor(self, n: int) -> int:
        return self._random.choice([d for d in range(1, n + 1) if n % d == 0])
