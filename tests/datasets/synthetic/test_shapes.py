"""Shapes have the outlines that their names promise, and nothing else reveals the class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import synthetic_shapes
from keras_lateral.datasets.synthetic.shapes import OUTLINES, RADIUS

GRID = (np.arange(1801) + 0.5) / 900.5 - 1
V, U = np.meshgrid(GRID, GRID, indexing="ij")
SHAPES = tuple(OUTLINES)


@pytest.mark.parametrize("name", SHAPES)
def test_every_outline_has_area_one_and_lies_within_its_radius(name: str) -> None:
    inside = OUTLINES[name](U, V) < 0
    assert inside.mean() * 4 == pytest.approx(1, abs=5e-3)
    assert np.hypot(U, V)[inside].max() < RADIUS


def test_outlines_have_the_proportions_and_holes_of_their_shapes() -> None:
    masks = {name: OUTLINES[name](U, V) < 0 for name in SHAPES}
    widths = {name: np.ptp(U[mask]) for name, mask in masks.items()}
    heights = {name: np.ptp(V[mask]) for name, mask in masks.items()}
    assert widths["circle"] == pytest.approx(2 / np.pi**0.5, abs=6e-3)
    assert widths["square"] == pytest.approx(1, abs=6e-3)
    assert widths["bar"] / heights["bar"] == pytest.approx(3, rel=0.02)
    # An equilateral triangle is as high as its side times sqrt(3) / 2, and has the area 1.
    assert heights["triangle"] == pytest.approx(widths["triangle"] * 3**0.5 / 2, rel=0.01)
    assert widths["cross"] ** 2 * 5 / 9 == pytest.approx(1, rel=0.01)  # 5 of 9 squares
    assert [name for name in SHAPES if not masks[name][900, 900]] == ["ring"]


def test_images_are_balanced_mixed_and_repeat_with_the_seed() -> None:
    one, same, other = (synthetic_shapes(6, 3, classes=SHAPES, seed=seed) for seed in (1, 1, 2))
    assert one.x_train.shape == (36, 32, 32, 1)
    assert one.x_train.dtype == "float32"
    assert np.bincount(one.y_train).tolist() == [6] * 6
    assert np.bincount(one.y_test).tolist() == [3] * 6
    assert np.any(np.diff(one.y_train) < 0)
    np.testing.assert_array_equal(one.x_train, same.x_train)
    assert np.any(one.x_train != other.x_train)
    assert 0 <= one.x_train.min() < one.x_train.max() <= 1
    assert len(np.unique(np.concatenate([one.x_train, one.x_test]), axis=0)) == 54


def test_the_area_of_the_shape_does_not_reveal_the_class() -> None:
    images = synthetic_shapes(60, 1, classes=("circle", "cross", "bar"), noise=0, seed=3)
    # Without noise, the corner has the grey of the background.
    corner = images.x_train[:, 0, 0, 0]
    shares = np.mean(np.abs(images.x_train[..., 0] - corner[:, None, None]) > 0.05, axis=(1, 2))
    means = [shares[images.y_train == label].mean() for label in range(3)]
    assert max(means) - min(means) < 0.03
    assert 0.1 < min(shares) < max(shares) < 0.4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": ("circle", "heart")}, "`classes`. Expected two or more different ones"),
        ({"classes": ("circle",)}, "`classes`"),
        ({"classes": ("circle", "circle")}, "`classes`"),
        ({"images_per_class": 0}, "`images_per_class`. Expected an integer of at least 1"),
        ({"size": 4}, "`size`"),
        ({"noise": -1}, "`noise`"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        synthetic_shapes(**arguments)
