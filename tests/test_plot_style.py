"""Figures can be read in grey and with any colour vision, and every plot returns the same pair."""

from __future__ import annotations

import doctest
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import keras_lateral as kl
from keras_lateral.comparison.figures.method_labels import method_styles
from keras_lateral.figure import COLOURS, LIGHTNESS_APART, category_style, new_figure
from tests.comparison_samples import several

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home

MAPS = {"gray", "magma", "Reds", "RdBu", "RdBu_r"}
"""Lightness rises or falls steadily from end to end, or, in those with a sign, from the middle."""

# Machado, Oliveira and Fernandes (2009), full strength, on linear RGB.
VISION = {
    "all colours": np.eye(3),
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(color: Any, vision: str = "all colours") -> np.ndarray:
    """Returns L*, a* and b* of a colour as somebody sees it."""
    from matplotlib.colors import to_rgb

    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness_apart(first: Any, second: Any) -> float:
    return float(abs(lab(first)[0] - lab(second)[0]))


def test_lightness_is_that_of_the_standard() -> None:
    assert lab("black")[0] == 0
    np.testing.assert_allclose(lab("white"), [100, 0, 0], atol=1e-3)
    np.testing.assert_allclose(lab("#777777"), [50, 0, 0], atol=0.1)
    np.testing.assert_allclose(lab("red"), [53.24, 80.09, 67.20], atol=0.02)


def test_colours_of_categories_differ_in_lightness() -> None:
    for first, second in itertools.combinations(["black", *COLOURS], 2):
        assert lightness_apart(first, second) >= LIGHTNESS_APART
    for first, second in itertools.combinations(["black", *COLOURS[:3]], 2):
        assert lightness_apart(first, second) >= 2 * LIGHTNESS_APART


@pytest.mark.parametrize("vision", VISION)
def test_colours_of_categories_differ_for_every_kind_of_colour_vision(vision: str) -> None:
    for first, second in itertools.combinations(["black", *COLOURS], 2):
        assert np.linalg.norm(lab(first, vision) - lab(second, vision)) >= 30


def test_three_hundred_categories_look_different() -> None:
    styles = [category_style(place) for place in range(308)]
    assert len({tuple(style.values()) for style in styles}) == 308


def test_a_method_shares_neither_mark_nor_dashes_with_the_baseline() -> None:
    baseline, first, *_ = method_styles(["first", "second"]).values()
    assert not set(baseline.items()) & set(first.items())


FUNCTIONS = sorted(name for name in dir(kl) if name.startswith("plot_"))


def example_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Names that a docstring's example leaves behind."""
    names: dict[str, Any] = {}
    for example in doctest.DocTestParser().get_examples(function.__doc__ or ""):
        exec(compile(example.source, function.__name__, "single"), names)  # noqa: S102
    return names


def assert_looks_as_ours(figure: Any, axes: Any) -> None:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    assert type(figure) is Figure
    panels = [axes] if isinstance(axes, Axes) else list(axes.ravel())
    assert panels
    assert all(isinstance(panel, Axes) and panel.figure is figure for panel in panels)
    for panel in figure.axes:
        assert {image.get_cmap().name for image in panel.get_images()} <= MAPS
        if panel.get_legend() is not None:
            assert not panel.get_legend().get_frame_on()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_plot_returns_one_figure_and_axes_of_it(name: str) -> None:
    names = example_of(getattr(kl, name))
    assert_looks_as_ours(names["figure"], names["axes"])


def test_the_range_test_returns_one_figure_and_axes_of_it() -> None:
    rates = tuple(10.0**power for power in range(-5, 1))
    test = kl.LearningRateTest("photos", rates, (2.0, 2.0, 1.8, 1.0, 0.9, 4.0), 0.0)
    assert_looks_as_ours(*test.plot())


MANY = [f"category {n}" for n in range(8)]


def pruning(names: list[str]) -> Any:
    points = (kl.PruningPoint(0.0, 0.0, 0.9), kl.PruningPoint(0.5, 0.5, 0.6))
    return kl.plot_pruning_curve({name: kl.PruningCurve(points, images=100) for name in names})


def attacks(names: list[str]) -> Any:
    true, counts = np.ones(4, bool), np.array([1, 3, 3, 10])
    record = kl.SimBARecord(np.zeros((4, 2, 2, 1)), true, true, counts, counts, 10)
    return kl.plot_attack_success(dict.fromkeys(names, record))


def curves(names: list[str]) -> Any:
    shares, scores = np.linspace(0, 1, 5), np.array([[1.0, 0.5, 0.2, 0.1, 0.1]])
    curve = kl.SaliencyCurve("deletion", shares, scores, np.array([0]))
    return kl.plot_deletion_insertion(dict.fromkeys(names, curve))


def spectra(names: list[str]) -> Any:
    layers = [kl.FrameBounds(0.5, 2.0, name, spectrum=(0.5, 1.0, 2.0)) for name in names]
    return kl.plot_frame_spectrum(kl.FrameBoundsReport(tuple(layers)))


def conditions(names: list[str]) -> Any:
    return kl.plot_comparison_conditions(several(names, conditions=True))


@pytest.mark.parametrize("plot", [pruning, attacks, curves, spectra, conditions])
def test_lines_of_a_panel_differ_in_more_than_their_hue(plot: Callable[..., Any]) -> None:
    panel = plot(MANY)[0].axes[0]
    lines = [line for line in panel.get_lines() if len(line.get_xdata()) > 1]
    assert len(lines) >= len(MANY)
    for first, second in itertools.combinations(lines, 2):
        marks = [(line.get_marker(), line.get_linestyle()) for line in (first, second)]
        assert (
            marks[0] != marks[1]
            or lightness_apart(first.get_color(), second.get_color()) >= LIGHTNESS_APART
        )


def test_curves_have_two_sides_and_images_four() -> None:
    figure, _ = pruning(MANY)
    assert [figure.axes[0].spines[side].get_visible() for side in ("left", "top")] == [True, False]
    figure, axes = kl.plot_corruptions(np.ones((8, 8, 3)), ["fog"], [1])
    assert all(spine.get_visible() for spine in axes[0, 0].spines.values())


def test_the_dots_of_a_large_map_are_few_and_lie_where_it_says() -> None:
    from keras_lateral.figure import MOST_DOTS, dot_pixels

    _, ((panel,),) = new_figure(1, 1, (2, 2))
    where = np.zeros((300, 200), bool)
    where[:, 100:] = True
    dot_pixels(panel, where)
    (dots,) = panel.collections
    columns, rows = dots.get_offsets().T.astype(int)
    assert 0 < len(rows) <= MOST_DOTS**2
    assert where[rows, columns].all()
