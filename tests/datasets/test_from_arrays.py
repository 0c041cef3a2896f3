"""Whatever images come as, they are the same images; what is no images is refused."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets.from_arrays import image_dataset, joined_batches

pytestmark = pytest.mark.home

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (10, 5, 4, 3)).astype("uint8")
Y = np.arange(10) % 3


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]


def batches_in_a_list() -> Any:
    return [(X[:4], Y[:4]), (X[4:], Y[4:])]


def dataset(batch: int | None) -> Any:
    tf = pytest.importorskip("tensorflow")
    slices = tf.data.Dataset.from_tensor_slices((X, Y))
    return slices if batch is None else slices.batch(batch)


PARTS = {
    "arrays": lambda: (X, Y),
    "list": lambda: [X, Y],
    "column": lambda: (X, Y[:, None]),
    "one-hot": lambda: (X, np.eye(3)[Y]),
    "floats": lambda: (X, Y.astype("float32")),
    "PyDataset": Batches,
    "batches": batches_in_a_list,
    "tf.data": lambda: dataset(4),
    "tf.data without batches": lambda: dataset(None),
}


@pytest.mark.parametrize("name", PARTS)
def test_all_forms_give_the_same_images(name: str) -> None:
    found = image_dataset((PARTS[name](), (X[:5], Y[:5])))
    np.testing.assert_array_equal(found.x_train, X)
    np.testing.assert_array_equal(found.y_train, Y)
    assert (found.max_value, found.num_classes, len(found.x_test)) == (255, 3, 5)
    assert image_dataset(found) is found


def test_floats_are_from_0_to_1() -> None:
    scaled = X / 255
    found = image_dataset(((scaled, Y), (scaled, Y))).scaled()
    np.testing.assert_array_equal(found.x_train, scaled.astype("float32"))
    with pytest.raises(ValueError, match=r"`data`.*from 0 to 255; scale them"):
        image_dataset(((X.astype("float32"), Y),) * 2)


BAD = {
    "one part": (X, Y),
    "no images": ((X[0], Y), (X, Y)),
    "fewer labels": ((X, Y[:3]), (X, Y)),
    "half labels": ((X, Y + 0.5), (X, Y)),
    "names": ((X, Y.astype(str)), (X, Y)),
    "a number": 3,
    "a dict": {"x": X, "y": Y},
    "nothing": None,
    "no folder": "no/such/folder",
    "numbers": ([1, 2, 3], [4, 5, 6]),
    "images alone": (X, X),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_images_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="Invalid value for argument `data`. Expected an Image"):
        image_dataset(BAD[name])


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="tf.data")
def test_batches_without_an_end_are_refused() -> None:
    with pytest.raises(ValueError, match="without an end"):
        joined_batches(dataset(4).repeat())
