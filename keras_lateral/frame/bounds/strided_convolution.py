"""A convolution with stride and zeros at the borders, by matrix products on whole maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_lateral.frame.bounds.correlation import correlate, correlate_back
from keras_lateral.frame.bounds.phases import channels_to_phases, phases_to_channels, split_taps


@dataclass(frozen=True)
class StridedConvolution:
    """y[q] = sum_p x[s q + p - P] th[p], where x is 0 around the map, and the transpose of this.

    The map is laid out with the pixels of a stride's length as channels, so that the stride is 1.

    Args:
        taps: Float64 array (groups, *taps, inputs, outputs), no axis shorter than its stride.
        strides: s along each axis.
        zeros: P along each axis.
        input_shape: Groups, pixels along each axis, channels.
        output_shape: Groups, positions along each axis, channels.
    """

    taps: np.ndarray
    strides: tuple[int, ...]
    zeros: tuple[int, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Returns W x, array `output_shape`, of x, array `input_shape`."""
        groups, *_, c = self.input_shape
        padded = np.zeros((groups, *self._padded_lengths, c))
        padded[self._map] = x
        phased = phases_to_channels(padded, self.strides)
        axes = len(self.strides)
        return correlate(phased.reshape(*phased.shape[: 1 + axes], -1), self._th)

    def backward(self, y: np.ndarray) -> np.ndarray:
        """Returns W^T y, array `input_shape`, of y, array `output_shape`."""
        phased = correlate_back(y.reshape(self.output_shape), self._th)
        phased = phased.reshape(*phased.shape[:-1], *self.strides, -1)
        return channels_to_phases(phased, self.strides)[self._map]

    @cached_property
    def _th(self) -> np.ndarray:
        return split_taps(self.taps, self.strides)

    @property
    def _padded_lengths(self) -> list[int]:
        """Pixels that the taps read, those of no tap included."""
        steps, positions = self._th.shape[1:-2], self.output_shape[1:-1]
        return [s * (q + a - 1) for s, q, a in zip(self.strides, positions, steps, strict=True)]

    @property
    def _map(self) -> tuple[slice, ...]:
        """The map's place among these pixels."""
        pixels = self.input_shape[1:-1]
        places = [slice(p, p + n) for p, n in zip(self.zeros, pixels, strict=True)]
        return (slice(None), *places)
