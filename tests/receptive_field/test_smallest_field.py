"""The smallest field over paths equals the smallest of all paths, each looked at alone."""

from __future__ import annotations

from random import Random
from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral import receptive_fields

Path = list[tuple[int, int]]
"""Kernel and stride of each convolution of a path."""


def drawn(random: Random) -> tuple[keras.Model, list[Path]]:
    """A network of forks, and all its paths."""
    image = x = keras.Input((64, 64, 1))
    paths: list[Path] = [[]]
    for _ in range(random.randint(1, 4)):
        stride = random.choice([1, 1, 2])
        kernels = [random.randint(1, 5) for _ in range(random.randint(1, 3))]
        branches = [layers.Conv2D(1, k, stride, padding="same")(x) for k in kernels]
        x = layers.Add()(branches) if len(branches) > 1 else branches[0]
        if stride == 1 and random.random() < 0.4:
            before = x
            x = layers.Concatenate()([before, layers.Conv2D(1, 3, padding="same")(before)])
            longer = [[*p, (k, 1), (3, 1)] for p in paths for k in kernels]
            paths = [[*p, (k, 1)] for p in paths for k in kernels] + longer
        else:
            paths = [[*path, (k, stride)] for path in paths for k in kernels]
    return keras.Model(image, x), paths


def size(path: Path) -> int:
    r, S = 1, 1
    for kernel, stride in path:
        r, S = r + (kernel - 1) * S, S * stride
    return r


def test_it_is_that_of_the_smallest_of_all_paths() -> None:
    for seed in range(12):
        model, paths = drawn(Random(seed))
        last = receptive_fields(model).layers[-1]
        sizes = [size(path) for path in paths]
        assert last.smallest_size == (min(sizes),) * 2
        assert last.field.size[0] >= max(sizes)


def test_a_shortcut_counts_and_a_gate_does_not() -> None:
    image = keras.Input((20, 20, 3))
    x = layers.Conv2D(3, 3, padding="same")(image) + image
    x = x * layers.GlobalAveragePooling2D(keepdims=True)(x)
    record = receptive_fields(keras.Model(image, x)).layers[-1]
    assert (record.smallest_size, record.field.size, record.field.whole) == ((1, 1), (3, 3), True)


def shown(model: Any) -> list[str]:
    return str(receptive_fields(model)).splitlines()[1].split()


def test_the_table_shows_it_where_it_differs() -> None:
    image = keras.Input((20, 20, 1))
    conv = layers.Conv2D(1, 3, padding="same")(image)
    assert "smallest" not in shown(keras.Model(image, conv))
    assert "smallest" in shown(keras.Model(image, conv + image))


@pytest.mark.slow
@pytest.mark.parametrize("depth", [50, 101])
def test_the_shortcuts_of_a_resnet_see_what_its_stem_does(depth: int) -> None:
    """Projections have one tap: the stem's 7 pixels, and a pooling of 3 at stride 2."""
    model = getattr(keras.applications, f"ResNet{depth}")(weights=None)
    fields = receptive_fields(model)
    assert fields.record("conv5_block3_out").smallest_size == (11, 11)
