"""MixUp and CutMix against their formulas, image by image, and against Keras' own layers."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import cutmix, cutmix_method, mixup, mixup_method, smooth_labels
from keras_lateral.remedies.label_shares import label_shares

IMAGES = np.random.default_rng(0).uniform(size=(6, 8, 10, 3)).astype("float32")
LABELS = np.array([0, 1, 2, 3, 0, 1])
CLASSES = 4


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.stack([[float(c == label) for c in range(CLASSES)] for label in labels])


def test_mixup_is_the_formula_image_by_image() -> None:
    x, y, weights = mixup(IMAGES, LABELS, np.random.default_rng(3), classes=CLASSES, alpha=0.7)
    again = np.random.default_rng(3)
    j, s = again.permutation(6), again.beta(0.7, 0.7, 6)
    hot = one_hot(LABELS)
    for i in range(6):
        np.testing.assert_allclose(x[i], s[i] * IMAGES[i] + (1 - s[i]) * IMAGES[j[i]], rtol=1e-5)
        np.testing.assert_allclose(y[i], s[i] * hot[i] + (1 - s[i]) * hot[j[i]], atol=1e-6)
    assert weights is None
    assert x.dtype == y.dtype == np.float32


def test_mixup_is_what_keras_layer_does_with_the_same_draws() -> None:
    x, y, _ = mixup(IMAGES, LABELS, np.random.default_rng(3), classes=CLASSES)
    again = np.random.default_rng(3)
    j, s = again.permutation(6), again.beta(0.2, 0.2, 6).astype("float32")
    layer = keras.layers.MixUp()
    drawn = {"permutation_order": ops.convert_to_tensor(j), "mix_weight": ops.convert_to_tensor(s)}
    hot = ops.convert_to_tensor(one_hot(LABELS).astype("float32"))
    images = layer.transform_images(ops.convert_to_tensor(IMAGES), drawn)
    np.testing.assert_allclose(ops.convert_to_numpy(images), x, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ops.convert_to_numpy(layer.transform_labels(hot, drawn)), y, 1e-5)


def test_cutmix_pastes_one_box_whose_area_is_the_labels_share() -> None:
    one = partial(cutmix, classes=CLASSES, probability=1.0)
    x, y, weights = one(IMAGES, LABELS, np.random.default_rng(5))
    j = np.random.default_rng(5).permutation(6)
    hot = one_hot(LABELS)
    for i in range(6):
        pasted = (x[i] != IMAGES[i]).all(axis=-1)
        np.testing.assert_array_equal(x[i][pasted], IMAGES[j[i]][pasted])
        rows, columns = np.flatnonzero(pasted.any(1)), np.flatnonzero(pasted.any(0))
        assert pasted.sum() == len(rows) * len(columns)  # a box: its rows and columns are whole
        if len(rows):
            assert np.ptp(rows) == len(rows) - 1
            assert np.ptp(columns) == len(columns) - 1
        share = 1 - len(rows) * len(columns) / 80
        if j[i] != i:
            np.testing.assert_allclose(y[i], share * hot[i] + (1 - share) * hot[j[i]], atol=1e-6)
    assert (x != IMAGES).any()
    assert weights is None


def test_cutmix_box_is_that_of_the_paper() -> None:
    x, _, _ = cutmix(IMAGES, LABELS, np.random.default_rng(5), classes=CLASSES, probability=1.0)
    again = np.random.default_rng(5)
    j, _, s = again.permutation(6), again.random(6), again.beta(1.0, 1.0, 6)
    center_row, center_column = again.integers(0, 8, 6), again.integers(0, 10, 6)
    for i in range(6):
        expected = IMAGES[i].copy()
        height, width = int(np.sqrt(1 - s[i]) * 8) // 2, int(np.sqrt(1 - s[i]) * 10) // 2
        rows = slice(max(center_row[i] - height, 0), min(center_row[i] + height, 8))
        columns = slice(max(center_column[i] - width, 0), min(center_column[i] + width, 10))
        expected[rows, columns] = IMAGES[j[i]][rows, columns]
        np.testing.assert_array_equal(x[i], expected)


def test_cutmix_leaves_the_share_of_images_that_it_is_told_to() -> None:
    images = np.random.default_rng(1).uniform(size=(4000, 4, 4, 1)).astype("float32")
    labels = np.zeros(4000, int)
    x, _, _ = cutmix(images, labels, np.random.default_rng(0), classes=2, probability=0.25)
    assert 0.1 < (x != images).any(axis=(1, 2, 3)).mean() < 0.25  # some boxes are empty
    x, y, _ = cutmix(images, labels, np.random.default_rng(0), classes=2, probability=0.0)
    np.testing.assert_array_equal(x, images)
    np.testing.assert_array_equal(y, np.eye(2)[labels])


@pytest.mark.parametrize("first", [mixup, cutmix, smooth_labels])
def test_shares_of_one_step_are_what_the_next_one_takes(first: object) -> None:
    generator = np.random.default_rng(2)
    x, y, _ = first(IMAGES, LABELS, generator, classes=CLASSES)  # type: ignore[operator]
    for then in (mixup, cutmix, smooth_labels):
        _, shares, _ = then(x, y, generator, classes=CLASSES)
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)


def test_smoothed_labels_give_the_loss_of_keras_with_label_smoothing() -> None:
    scores = np.random.default_rng(0).normal(size=(6, CLASSES)).astype("float32")
    draws = np.random.default_rng(0)
    _, y, _ = smooth_labels(IMAGES, LABELS, draws, classes=CLASSES, smoothing=0.2)
    plain = keras.losses.CategoricalCrossentropy(from_logits=True)
    smooth = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    np.testing.assert_allclose(
        float(plain(y, scores)), float(smooth(one_hot(LABELS), scores)), rtol=1e-5
    )


def test_a_combination_passes_the_classes_on() -> None:
    batches = (mixup_method() + cutmix_method()).batches_for(CLASSES)
    assert batches is not None
    x, y, _ = batches(IMAGES, LABELS, np.random.default_rng(0))
    assert y.shape == (6, CLASSES)
    assert x.shape == IMAGES.shape


def test_labels_that_are_no_classes_are_refused() -> None:
    for labels in (np.array([0, 4]), np.array([-1, 0]), np.zeros((2, 3))):
        with pytest.raises(ValueError, match="Expected integers from 0 to 3"):
            label_shares(labels, CLASSES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(mixup_method, alpha=0), "`alpha`. Expected a number above 0. Received: alpha=0"),
        (partial(mixup_method, alpha=True), "alpha=True"),
        (partial(cutmix_method, alpha=float("nan")), "alpha=nan"),
        (partial(cutmix_method, probability=1.5), "of at least 0 and of at most 1"),
    ],
)
def test_arguments_out_of_their_range_are_refused(make: partial, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
