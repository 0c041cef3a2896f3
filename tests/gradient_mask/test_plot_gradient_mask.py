"""The picture shows the arrays that it is given."""

import builtins
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_lateral import plot_gradient_mask
from keras_lateral.analysis import GradientAtMask

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)


def at_mask(
    *spatial: int, sets: int = 2, name: str = "conv", enabled: bool = True
) -> GradientAtMask:
    shape = (3, *spatial, sets)
    norms = RNG.exponential(size=shape).astype("float32")
    response = RNG.normal(size=shape).astype("float32")
    gradient = np.repeat(norms, 2, axis=-1)
    return GradientAtMask(name, gradient, norms, response, RNG.random(shape) < 0.6, enabled)


def shown(panel: object) -> np.ndarray:
    (image,) = panel.get_images()
    return image.get_array()


def test_each_panel_shows_its_array_of_the_sample_and_set() -> None:
    at = at_mask(6, 5)
    _, axes = plot_gradient_mask(at, sample=1, feature_set=1)
    norms, response, mask, passes = map(shown, axes[0])
    np.testing.assert_array_equal(norms, at.norms[1, ..., 1])
    np.testing.assert_array_equal(response, at.response[1, ..., 1])
    np.testing.assert_array_equal(mask, at.mask[1, ..., 1])
    np.testing.assert_array_equal(passes.filled(0), (at.mask * at.norms)[1, ..., 1])
    np.testing.assert_array_equal(passes.mask, ~at.mask[1, ..., 1])


def test_the_colours_of_the_response_are_centred_at_zero() -> None:
    at = at_mask(6, 5)
    _, axes = plot_gradient_mask(at)
    low, high = axes[0, 1].get_images()[0].get_clim()
    assert -low == high == np.abs(at.response[0, ..., 0]).max()


def test_there_is_a_row_for_each_layer_and_a_column_for_the_input() -> None:
    images = RNG.integers(0, 256, size=(3, 12, 10, 3)).astype("uint8")
    rows = {"conv1": at_mask(6, 5, name="conv1"), "conv2": at_mask(3, 2, sets=1, name="conv2")}
    _, axes = plot_gradient_mask(rows, images, sample=2)
    assert axes.shape == (2, 5)
    labels = [row[0].get_ylabel() for row in axes]
    assert labels == ["conv1\n6 x 5, set 0 of 2", "conv2\n3 x 2"]
    image = images[2].astype("float64")
    expected = (image - image.min()) / (image.max() - image.min())
    np.testing.assert_allclose(shown(axes[1, 0]), expected)


def test_the_share_that_passes_is_written_below_the_mask() -> None:
    at = at_mask(6, 5)
    _, axes = plot_gradient_mask({"a": at, "b": at_mask(6, 5, enabled=False)})
    assert axes[0, 2].get_xlabel() == f"{100 * at.mask[0, ..., 0].mean():.0f} % of positions pass"
    assert axes[1, 2].get_xlabel() == "off: everything passes"


def test_maps_of_one_dimension_are_strips() -> None:
    at = at_mask(7)
    _, axes = plot_gradient_mask(at)
    np.testing.assert_array_equal(shown(axes[0, 0]), at.norms[:1, :, 0])


def test_no_gradient_and_one_that_is_not_finite_can_be_drawn(tmp_path: Path) -> None:
    nothing, infinite = at_mask(4, 4), at_mask(4, 4)
    nothing.norms[:], nothing.response[:] = 0, 0
    infinite.norms[0, 0, 0, 0] = infinite.response[0, 0, 0, 0] = np.nan
    figure, _ = plot_gradient_mask({"nothing": nothing, "infinite": infinite})
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_drawing_leaves_no_figure_open() -> None:
    plot_gradient_mask(at_mask(6, 5))
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample": 3}, "`sample`. Expected 0 to 2"),
        ({"feature_set": 2}, "`feature_set`. Expected 0 to 1"),
        ({"images": np.zeros((3, 5, 5, 4))}, "one or three channels"),
    ],
)
def test_what_the_arrays_do_not_have_raises(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_gradient_mask(at_mask(6, 5), **arguments)


def test_volumes_and_an_empty_dict_raise() -> None:
    with pytest.raises(ValueError, match="one or two spatial dimensions"):
        plot_gradient_mask(at_mask(4, 4, 4))
    with pytest.raises(ValueError, match="at least one mask"):
        plot_gradient_mask({})


def test_without_matplotlib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"keras-lateral\[plots\]"):
        plot_gradient_mask(at_mask(6, 5))
