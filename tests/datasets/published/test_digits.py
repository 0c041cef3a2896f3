import hashlib
import sys

import numpy as np
import pytest

from keras_lateral.datasets.published.digits import TEST_PER_CLASS, read_digits


@pytest.fixture(scope="module")
def bunch():
    return pytest.importorskip("sklearn.datasets").load_digits()


def rows(x: np.ndarray, y: np.ndarray) -> list[bytes]:
    return [bytes([label]) + image.tobytes() for image, label in zip(x, y, strict=True)]


def test_both_parts_together_are_the_digits_of_scikit_learn(bunch):
    digits = read_digits()
    ours = rows(digits.x_train, digits.y_train) + rows(digits.x_test, digits.y_test)
    pixels = bunch.data.reshape(-1, 8, 8, 1)
    np.testing.assert_array_equal(pixels, pixels.astype(np.uint8))
    assert sorted(ours) == sorted(rows(pixels.astype(np.uint8), bunch.target))


@pytest.mark.usefixtures("bunch")
def test_the_test_part_is_balanced():
    digits = read_digits()
    np.testing.assert_array_equal(np.bincount(digits.y_test), [TEST_PER_CLASS] * 10)
    assert (digits.max_value, digits.source) == (16.0, "scikit-learn")
    assert digits.x_train.max() == digits.x_test.max() == 16


@pytest.mark.usefixtures("bunch")
def test_the_split_follows_its_seed():
    first, again, other = read_digits(0), read_digits(0), read_digits(1)
    np.testing.assert_array_equal(first.x_test, again.x_test)
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert rows(first.x_test, first.y_test) != rows(other.x_test, other.y_test)


@pytest.mark.usefixtures("bunch")
def test_the_split_is_the_same_on_every_machine_and_version():
    digest = hashlib.sha256(read_digits().x_test.tobytes()).hexdigest()
    assert digest[:16] == "9020f6c670eca9e7"


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r'scikit-learn.*pip install "keras-lateral\[datasets\]"'):
        read_digits()
