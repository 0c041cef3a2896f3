"""Multiply-adds equal those of a count by the shapes, and published totals."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers, ops

from keras_lateral import receptive_fields

IMAGE = (12, 10, 4)

COUNTS: dict[str, tuple[Any, int]] = {
    # Weights of one output, times outputs.
    "convolution": (lambda: layers.Conv2D(6, (3, 2), 2), (3 * 2 * 4) * (5 * 5 * 6)),
    "same": (lambda: layers.Conv2D(6, 3, padding="same"), (9 * 4) * (12 * 10 * 6)),
    "groups": (lambda: layers.Conv2D(6, 3, groups=2), (9 * 2) * (10 * 8 * 6)),
    "depthwise": (lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), 9 * (10 * 8 * 8)),
    "separable": (
        lambda: layers.SeparableConv2D(6, 3, depth_multiplier=2),
        9 * (10 * 8 * 8) + 8 * (10 * 8 * 6),
    ),
    # Each input is multiplied with all weights that it has.
    "transposed": (lambda: layers.Conv2DTranspose(6, 3, 2), (12 * 10 * 4) * (9 * 6)),
    "dense on a map": (lambda: layers.Dense(7), (12 * 10) * (4 * 7)),
    "einsum": (lambda: layers.EinsumDense("bhwc,cd->bhwd", (None, 10, 7)), 12 * 10 * 4 * 7),
    "einsum, batch": (lambda: layers.EinsumDense("...c,cd->...d", 7), 12 * 10 * 4 * 7),
    "wrapped": (lambda: layers.SpectralNormalization(layers.Conv2D(2, 1)), 12 * 10 * 4 * 2),
    "each step": (lambda: layers.TimeDistributed(layers.Conv1D(2, 3)), 12 * 8 * (3 * 4 * 2)),
    "pooling": (layers.MaxPooling2D, 0),
    "normalization": (layers.BatchNormalization, 0),
}


@pytest.mark.parametrize("case", COUNTS)
def test_the_count_of_one_layer(case: str) -> None:
    make, expected = COUNTS[case]
    fields = receptive_fields(keras.Sequential([keras.Input(IMAGE), make()]))
    assert fields.layers[-1].multiply_adds == fields.multiply_adds == expected


def last(change: Any, shape: tuple[int | None, ...] = (8, 6)) -> int | None:
    x = keras.Input(shape)
    return receptive_fields(keras.Model(x, change(x))).layers[-1].multiply_adds


def test_attention_counts_its_projections_and_both_products() -> None:
    heads, key, T, D = 2, 5, 8, 6
    projections = 4 * T * D * heads * key
    expected = projections + 2 * T * T * heads * key
    assert last(lambda x: layers.MultiHeadAttention(heads, key)(x, x)) == expected
    along = layers.MultiHeadAttention(1, 2, attention_axes=2)
    assert last(lambda x: along(x, x), (3, 8, 6)) == 4 * 24 * 6 * 2 + 2 * 3 * 64 * 2
    assert last(lambda x: ops.matmul(x, ops.swapaxes(x, 1, 2))) == 8 * 6 * 8
    assert last(lambda x: ops.einsum("btd,bsd->bts", x, x)) == 8 * 6 * 8


def test_recurrent_layers_count_every_step() -> None:
    assert last(layers.LSTM(3)) == 8 * (6 * 12 + 3 * 12)


def test_windows_in_the_batch_count_all() -> None:
    def windows(x: Any) -> Any:
        x = ops.transpose(ops.reshape(x, (-1, 2, 4, 2, 4, 3)), (0, 1, 3, 2, 4, 5))
        return layers.Dense(5)(ops.reshape(x, (-1, 16, 3)))

    assert last(windows, (8, 8, 3)) == 8 * 8 * 3 * 5


def test_an_open_size_counts_once_it_is_given() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3, name="conv")])
    assert receptive_fields(model).multiply_adds is None
    assert receptive_fields(model, (10, 12)).multiply_adds == 8 * 10 * 9 * 3 * 2
    assert "?" in str(receptive_fields(model)).splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "published"),
    # To as many digits as are published: ResNet-50 3.86 x 10^9; VGG-16 15.5 x 10^9; MobileNet
    # 569 x 10^6 (Howard et al. 2017, table 4); MobileNetV2 300 x 10^6 (Sandler et al. 2018,
    # table 4).
    [
        ("ResNet50", "3.86e+09"),
        ("VGG16", "1.55e+10"),
        ("MobileNet", "5.69e+08"),
        ("MobileNetV2", "3.0e+08"),
    ],
)
def test_models_have_the_published_counts(name: str, published: str) -> None:
    fields = receptive_fields(getattr(keras.applications, name)(weights=None))
    digits = len(published.split("e")[0]) - 2
    assert f"{fields.multiply_adds:.{digits}e}" == published
