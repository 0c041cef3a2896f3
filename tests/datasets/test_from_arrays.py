"""Whatever images come as, they are the same images; what is no images is refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, ImageFolds
from keras_lateral.datasets.from_arrays import image_dataset, joined_batches
from tests.datasets.labels.test_labelled_images import flat, lines_of, write

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
    "names in one part": ((X, Y.astype(str)), (X, Y)),
    "a name that is not trained on": ((X, Y.astype(str)), (X, np.full(10, "3"))),
    "shares of classes": ((X, np.full((10, 3), 1 / 3)), (X, Y)),
    "rows of other classes": ((X, np.eye(3)[Y]), (X, np.eye(4)[Y])),
    "more classes than columns": ((X, np.eye(3)[Y]), (X, Y + 1)),
    "mixed objects": ((X, np.array([*"aaaaaaaaa", 1], object)), (X, Y)),
    "images of text": ((np.full((10, 1, 1, 1), "a"), Y), (X, Y)),
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


NAMES = np.array(["cat", "zebra", "ant"])


@pytest.mark.parametrize(
    "names",
    [NAMES[Y], NAMES[Y][:, None], NAMES.astype(object)[Y], np.char.encode(NAMES)[Y]],
    ids=["texts", "a column", "objects", "bytes"],
)
def test_names_of_classes_are_numbered_in_their_order(names: Any) -> None:
    found = image_dataset(((X, names), (X[:4], names[:4])))
    assert found.class_names == ("ant", "cat", "zebra")
    np.testing.assert_array_equal(found.y_train, np.array([1, 2, 0])[Y])
    np.testing.assert_array_equal(found.y_test, found.y_train[:4])


def test_one_hot_rows_have_as_many_classes_as_columns() -> None:
    found = image_dataset(((X, np.eye(5)[Y]), (X, np.eye(5, dtype=bool)[Y])))
    assert found.num_classes == 5
    np.testing.assert_array_equal(found.y_train, Y)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (((X, np.full((10, 3), 1 / 3)), (X, Y)), "not one-hot: each row must hold one 1"),
        (((X, Y.astype(str)), (X, np.full(10, "3"))), "labels that no training image has: '3'"),
        (((X, Y.astype(str)), (X, Y)), "names of classes in one part, and none in another"),
        (((X, np.eye(3)[Y]), (X, np.eye(4)[Y])), "do not have the same classes"),
    ],
)
def test_labels_that_do_not_fit_are_told_apart(data: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        image_dataset(data)


def test_a_part_for_validation_is_kept_apart() -> None:
    parts = {"train": (X, Y), "validation": (X[:3], Y[:3]), "test": (X[:6], Y[:6])}
    found = image_dataset(parts)
    assert isinstance(found, ImageDataset)
    assert found.x_validation is not None
    np.testing.assert_array_equal(found.x_validation, X[:3])
    np.testing.assert_array_equal(found.x_test, X[:6])
    del parts["validation"]
    without = image_dataset(parts)
    assert isinstance(without, ImageDataset)
    assert without.x_validation is None


def test_a_table_of_paths_and_labels_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = flat(tmp_path, per_class=5)
    path = write(folder / "labels.csv", "path,label", *lines_of(5))
    folds = image_dataset(path)
    assert isinstance(folds, ImageFolds)
    assert folds.class_names == ("cat", "dog")
    monkeypatch.chdir(folder)
    cells = [tuple(line.split(",")) for line in lines_of(5)]
    rows = SimpleNamespace(columns=["path", "label"], itertuples=lambda index, name: iter(cells))
    frame = image_dataset(rows)
    assert isinstance(frame, ImageFolds)
    np.testing.assert_array_equal(frame.x, folds.x)
    with pytest.raises(ValueError, match="`labels`.*It does not exist"):
        image_dataset("nowhere.csv")
