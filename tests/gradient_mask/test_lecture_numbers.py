"""The worked examples of a lecture on convolutional networks, through the masked layers.

A mask changes nothing forward: the numbers hold while training too.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.layers import GradientMaskConv1D, GradientMaskConv2D, GradientMaskConv3D
from tests.backends import to_numpy

LINE = [1, 3, -1, 2, 3, 1, -2]
FOUR = [[1, 2, 2, 1], [3, 1, 4, 2], [2, 1, 3, 4], [1, 2, 3, 1]]
FIVE = [[1, 2, 2, 1, 1], [3, 1, 4, 2, 1], [2, 1, 3, 4, 3], [1, 2, 3, 1, 1], [4, 1, 3, 2, 1]]
DIAGONAL = [[1, 0], [0, 1]]
CORNER = [[1, 0, 0], [0, 1, 1], [0, 1, 0]]
# Channel by channel, each a matrix of rows and columns.
VOLUME = [
    [[1, -1, 3], [2, 1, 4], [3, 1, 2]],
    [[2, 1, 3], [3, -1, 1], [1, 1, -2]],
    [[1, -2, 4], [2, 1, -2], [1, 3, -1]],
]
VOLUME_FILTER = [[[1, 1], [2, 0]], [[1, 0], [0, 1]], [[0, 1], [1, 0]]]
VOLUME_RESULT = [[5, 11], [15, 5]]

IN_TRAINING = pytest.mark.parametrize("training", [False, True])
SCOPES = pytest.mark.parametrize("scope", ["all", "weights"])


def forward(
    layer_class: Any, x: np.ndarray, kernel: np.ndarray, training: bool, **arguments: Any
) -> np.ndarray:
    """Returns the layer's one map; x is (*spatial, channels), kernel (*sides, channels)."""
    layer = layer_class(1, kernel.shape[:-1], use_bias=False, sigma=1.0, threshold=1.0, **arguments)
    layer.build((None, *x.shape))
    layer.set_weights([kernel[..., None]])
    return to_numpy(layer(x[None].astype("float32"), training=training))[0, ..., 0]


def one_channel(values: Any) -> np.ndarray:
    return np.array(values, "float32")[..., None]


@SCOPES
@IN_TRAINING
def test_a_line_with_a_filter_of_three(training: bool, scope: str) -> None:
    x, w = one_channel(LINE), one_channel([1, 0, 2])
    y = forward(GradientMaskConv1D, x, w, training, scope=scope)
    np.testing.assert_array_equal(y, [-1, 7, 5, 4, -1])


@SCOPES
@IN_TRAINING
def test_an_image_with_a_diagonal_filter(training: bool, scope: str) -> None:
    x, w = one_channel(FOUR), one_channel(DIAGONAL)
    y = forward(GradientMaskConv2D, x, w, training, scope=scope)
    np.testing.assert_array_equal(y, [[2, 6, 4], [4, 4, 8], [4, 4, 4]])


@SCOPES
@IN_TRAINING
def test_a_volume_as_an_image_with_three_channels(training: bool, scope: str) -> None:
    x, w = (np.moveaxis(np.array(v, "float32"), 0, -1) for v in (VOLUME, VOLUME_FILTER))
    y = forward(GradientMaskConv2D, x, w, training, scope=scope)
    np.testing.assert_array_equal(y, VOLUME_RESULT)


@SCOPES
@IN_TRAINING
def test_a_volume_as_a_volume_with_one_channel(training: bool, scope: str) -> None:
    x, w = one_channel(VOLUME), one_channel(VOLUME_FILTER)
    y = forward(GradientMaskConv3D, x, w, training, scope=scope)
    np.testing.assert_array_equal(y, [VOLUME_RESULT])


@SCOPES
@IN_TRAINING
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"padding": "valid"}, [[7, 11, 9], [9, 11, 12], [8, 8, 7]]),
        (
            {"padding": "same"},
            [
                [6, 5, 7, 4, 2],
                [6, 7, 11, 9, 5],
                [4, 9, 11, 12, 6],
                [7, 8, 8, 7, 6],
                [5, 5, 7, 6, 2],
            ],
        ),
        ({"padding": "valid", "strides": 2}, [[7, 9], [8, 7]]),
    ],
)
def test_padding_and_stride(
    arguments: dict[str, Any], expected: list[list[int]], training: bool, scope: str
) -> None:
    x, w = one_channel(FIVE), one_channel(CORNER)
    y = forward(GradientMaskConv2D, x, w, training, scope=scope, **arguments)
    np.testing.assert_array_equal(y, expected)


@IN_TRAINING
def test_max_pooling_after_a_masked_layer(training: bool) -> None:
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            GradientMaskConv2D(1, 1, use_bias=False, kernel_initializer="ones", sigma=1.0),
            keras.layers.MaxPooling2D(2),
        ]
    )
    y = to_numpy(model(one_channel(FOUR)[None], training=training))
    np.testing.assert_array_equal(y[0, ..., 0], [[3, 4], [2, 4]])
