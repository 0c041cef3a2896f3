import random

import numpy as np
import pytest

from keras_lateral import flip_and_shift
from keras_lateral.keras_tools.paired_batches import PairedBatches, filled_up

X = np.arange(5 * 4 * 3 * 1, dtype="float32").reshape(5, 4, 3, 1)
Y = np.arange(5)


def epoch(batches: PairedBatches) -> tuple[np.ndarray, np.ndarray]:
    x, y = zip(*(batches[index] for index in range(len(batches))), strict=True)
    batches.on_epoch_end()
    return np.concatenate(x), np.concatenate(y)


def test_an_epoch_holds_every_image_once_with_its_label():
    batches = PairedBatches(X, Y, 2, seed=3)
    assert [len(batches[index][1]) for index in range(len(batches))] == [2, 2, 1]
    x, y = epoch(batches)
    assert sorted(y) == list(Y)
    np.testing.assert_array_equal(x, X[y])


def test_the_order_depends_only_on_seed_and_epoch():
    first, second = PairedBatches(X, Y, 2, seed=3), PairedBatches(X, Y, 2, seed=3)
    np.random.default_rng(0)
    orders = [epoch(first)[1].tolist() for _ in range(4)]
    np.random.seed(9)  # noqa: NPY002  - a method that draws from the global state changes nothing
    assert [epoch(second)[1].tolist() for _ in range(4)] == orders
    assert len({tuple(order) for order in orders}) > 1
    assert epoch(PairedBatches(X, Y, 2, seed=4))[1].tolist() != orders[0]


def test_augmentation_depends_only_on_seed_epoch_and_index():
    def noise(x, generator):
        return x + generator.normal(size=x.shape)

    first, second = (PairedBatches(X, Y, 2, 3, noise) for _ in range(2))
    augmented = first[1][0]
    np.testing.assert_array_equal(second[1][0], augmented)  # whatever was drawn before
    assert augmented.dtype == X.dtype
    first.on_epoch_end()
    assert not np.array_equal(first[1][0] - X[first[1][1]], augmented - X[second[1][1]])


def test_an_augmentation_that_changes_the_shape_is_refused():
    batches = PairedBatches(X, Y, 2, 0, lambda x, generator: x[:, 1:])
    with pytest.raises(ValueError, match="as many of the same shape"):
        batches[0]


def test_flip_and_shift_moves_and_mirrors_each_image_separately():
    x = np.random.default_rng(1).random((30, 5, 6, 2))
    out = flip_and_shift(x, np.random.default_rng(2), pixels=2)
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="symmetric")
    mirrored = 0
    for image, wide in zip(out, padded, strict=True):
        windows = [
            (wide[top : top + 5, left : left + 6], False) for top in range(5) for left in range(5)
        ]
        windows += [(window[:, ::-1], True) for window, _ in windows]
        found = [flip for window, flip in windows if np.array_equal(window, image)]
        assert len(found) == 1
        mirrored += found[0]
    assert 5 < mirrored < 25


def test_batches_in_order_come_as_fit_would_shuffle_them():
    plain, in_order = PairedBatches(X, Y, 1, seed=3), PairedBatches(X, Y, 1, seed=3, in_order=True)
    python = random.Random(3)
    for _ in range(3):
        for batches in (plain, in_order):
            batches.on_epoch_end()  # `fit` ends an epoch before it begins the first
        indices = list(range(len(plain)))
        python.shuffle(indices)
        expected = [plain[index][1].tolist() for index in indices]
        assert [in_order[index][1].tolist() for index in range(len(plain))] == expected


@pytest.mark.parametrize("own", [None, np.array([1.0, 2.0, 0.5, 3.0, 1.0], "float32")])
@pytest.mark.parametrize("parts", [2, 3, 4, 8])
def test_what_fills_a_batch_up_changes_no_mean(own, parts):
    x, y, w = filled_up(X, Y, own, parts)
    assert len(x) == len(y) == len(w)
    assert len(y) % parts == 0
    assert len(y) - 5 < parts
    np.testing.assert_array_equal(x, X[y])
    np.testing.assert_array_equal(w[5:], 0)
    losses = np.sqrt(np.arange(5.0))
    expected = np.mean(losses if own is None else losses * own)
    np.testing.assert_allclose(np.mean(losses[y] * w), expected, rtol=1e-6)
    shares = np.split(losses[y] * w, parts)  # each device takes the mean of its part
    np.testing.assert_allclose(np.mean([share.mean() for share in shares]), expected, rtol=1e-6)


def test_batches_for_several_devices_all_have_weights():
    batches = PairedBatches(X, Y, 2, seed=3, parts=2)
    found = [batches[index] for index in range(3)]
    assert [[len(array) for array in batch] for batch in found] == [[2] * 3] * 3
    assert [batch[2].tolist() for batch in found] == [[1, 1], [1, 1], [2, 0]]
