"""Random networks of positive weights, without biases."""

from __future__ import annotations

from random import Random
from typing import Any

import keras
from keras import layers

LENGTH = {1: 96, 2: 40, 3: 22}
"""The images' length along each axis."""

_OPTIONS: dict[str, Any] = {
    "use_bias": False,
    "kernel_initializer": keras.initializers.Constant(0.3),
}
_SEPARABLE: dict[str, Any] = {
    "use_bias": False,
    "depthwise_initializer": keras.initializers.Constant(0.3),
    "pointwise_initializer": keras.initializers.Constant(0.3),
}


class RandomNetwork:
    """Draws layers, one after the other or in two paths that meet.

    Args:
        random: Generator of the choices.
        axes: Number of spatial axes.
        depth: Number of layers, a fork counting as one.
    """

    def __init__(self, random: Random, axes: int, depth: int) -> None:
        self._random, self._axes = random, axes
        image = x = keras.Input((LENGTH[axes],) * axes + (1,))
        for _ in range(depth):
            x = self._fork(x) if random.random() < 0.25 else self._layer(x)
        self.model = keras.Model(image, x)

    def _layer(self, x: Any) -> Any:
        kinds = [self._convolution, self._transposed, self._pooling, self._padding, self._cropping]
        kinds += [self._convolution, self._upsampling, self._depthwise, self._pointwise]
        try:
            new = self._random.choice(kinds)()(x)
        except ValueError:  # a kernel larger than the map
            return x
        lengths = new.shape[1:-1]
        # Neither so small that all is border, nor so large that it takes long.
        return new if min(lengths) >= 3 and max(lengths) <= LENGTH[self._axes] else x

    def _fork(self, x: Any) -> Any:
        """Two paths that lower the resolution in the same way meet."""
        strides = self._strides((1,) * self._axes, most=2)
        first = self._convolution(padding="same", strides=strides)(x)
        if self._random.random() < 0.5:
            first = self._convolution(padding="same", strides=1)(first)
        second = self._convolution(padding="same", strides=strides)(x)
        if self._random.random() < 0.3:
            second = layers.UnitNormalization(axis=-1)(second)
        return self._random.choice([layers.Add, layers.Concatenate])()([first, second])

    def _convolution(self, **given: Any) -> Any:
        kernel = self._per_axis(1, 4)
        strides = given.pop("strides", None) or self._strides(kernel)
        free = strides in (1, (1,) * self._axes) and self._axes < 3
        return getattr(layers, f"Conv{self._axes}D")(
            1,
            kernel,
            strides=strides,
            dilation_rate=self._per_axis(1, 3) if free else 1,
            padding=given.get("padding") or self._padding_kind(),
            **_OPTIONS,
        )

    def _depthwise(self) -> Any:
        if self._axes == 3:
            return self._convolution()
        common = {"strides": self._random.randint(1, 2), "padding": self._padding_kind()}
        kernel = self._per_axis(1, 4)
        if self._random.random() < 0.5:
            separable = getattr(layers, f"SeparableConv{self._axes}D")
            return separable(1, kernel, **common, **_SEPARABLE)
        depthwise = getattr(layers, f"DepthwiseConv{self._axes}D")
        return depthwise(kernel, **common, use_bias=False, depthwise_initializer="ones")

    def _transposed(self) -> Any:
        kernel = self._per_axis(1, 4)
        return getattr(layers, f"Conv{self._axes}DTranspose")(
            1,
            kernel,
            strides=self._strides(kernel),
            padding=self._padding_kind(),
            **_OPTIONS,
        )

    def _pooling(self) -> Any:
        kind = self._random.choice(["Average", "Max"])
        pooling = getattr(layers, f"{kind}Pooling{self._axes}D")
        return pooling(self._per_axis(1, 3), self._per_axis(1, 3), padding=self._padding_kind())

    def _padding(self) -> Any:
        return getattr(layers, f"ZeroPadding{self._axes}D")(self._pairs(0, 2))

    def _cropping(self) -> Any:
        return getattr(layers, f"Cropping{self._axes}D")(self._pairs(0, 1))

    def _upsampling(self) -> Any:
        size = self._random.randint(1, 3)
        if self._axes == 2:
            way = self._random.choice(["nearest", "bilinear"])
            return layers.UpSampling2D(size, interpolation=way)
        return getattr(layers, f"UpSampling{self._axes}D")(size)

    def _pointwise(self) -> Any:
        return self._random.choice([layers.ReLU, layers.BatchNormalization, layers.Identity])()

    def _padding_kind(self) -> str:
        return self._random.choice(["valid", "same"])

    def _strides(self, kernel: tuple[int, ...], most: int = 3) -> tuple[int, ...]:
        """With a stride above its kernel TensorFlow's 3-D convolution corrupts memory on CPUs."""
        drawn = self._per_axis(1, most)
        return drawn if self._axes < 3 else tuple(map(min, drawn, kernel))

    def _per_axis(self, low: int, high: int) -> tuple[int, ...]:
        return tuple(self._random.randint(low, high) for _ in range(self._axes))

    def _pairs(self, low: int, high: int) -> Any:
        pairs = tuple(
            (self._random.randint(low, high), self._random.randint(low, high))
            for _ in range(self._axes)
        )
        return pairs[0] if self._axes == 1 else pairs
