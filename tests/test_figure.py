"""Figures show themselves in a notebook."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import keras_lateral
from keras_lateral.figure import Drawing, new_figure, png_of
from tests.comparison_samples import several

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def drawing() -> Drawing:
    figure, axes = new_figure(1, 1, (2, 1))
    axes[0, 0].plot([1, 2])
    png_of(figure)  # drawing once settles the layout
    return Drawing(figure, axes[0, 0])


def plot_functions() -> Iterator[str]:
    return (name for name in dir(keras_lateral) if name.startswith("plot_"))


def test_every_plot_says_that_it_returns_a_drawing() -> None:
    names = list(plot_functions())
    assert len(names) >= 15
    returned = {getattr(keras_lateral, name).__annotations__["return"] for name in names}
    assert returned == {"Drawing"}


def test_a_drawing_is_the_pair_of_figure_and_axes() -> None:
    drawing = keras_lateral.plot_comparison(several(["gradient_mask"]))
    figure, axes = drawing
    assert isinstance(drawing, tuple)
    assert (figure, axes) == (drawing.figure, drawing.axes)
    assert figure.axes[0] is axes


def test_a_drawing_and_its_figure_give_the_same_picture(drawing: Drawing) -> None:
    assert drawing._repr_png_() == drawing.figure._repr_png_() == png_of(drawing.figure)
    assert drawing._repr_png_().startswith(PNG)


def test_a_drawing_says_what_it_is_in_one_short_line(drawing: Drawing) -> None:
    assert repr(drawing) == "<Drawing: Figure(200x100)>"


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda figure: pickle.loads(pickle.dumps(figure))]
)
def test_a_copied_figure_shows_itself_and_not_the_first_one(copied: Any, drawing: Drawing) -> None:
    figure = copied(drawing.figure)
    assert figure._repr_png_() == drawing._repr_png_()
    figure.axes[0].set_title("changed")
    assert figure._repr_png_() == png_of(figure) != drawing._repr_png_()


def test_to_show_a_figure_imports_no_pyplot() -> None:
    code = (
        "import sys; from keras_lateral.figure import *; figure, _ = new_figure(1, 1, (2, 1));"
        "figure._repr_png_(); assert 'matplotlib.figure' in sys.modules;"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


CELL = """
import base64

from IPython.core.interactiveshell import InteractiveShell
from keras_lateral.figure import Drawing, new_figure
from keras_lateral import FrameBounds

show = InteractiveShell.instance().display_formatter.format
figure, axes = new_figure(1, 1, (2, 1))
{before}
for shown in (figure, Drawing(figure, axes)):
    data, _ = show(shown)
    png = data["image/png"]  # matplotlib-inline encodes it; IPython's kernel encodes the others
    png = base64.b64decode(png) if isinstance(png, str) else png
    assert png.startswith(b"\\x89PNG"), data
    assert len(data["text/plain"]) < 80
data, _ = show(FrameBounds(0.5, 2.0))
assert data["text/html"].startswith("<div><p>frame bounds of layer"), data
assert data["text/plain"] == "<FrameBounds: A = 0.5, B = 2, layer 'layer'>"
"""

INLINE = """
import matplotlib_inline.backend_inline as inline, matplotlib.pyplot as plt
inline.set_matplotlib_formats("png")
"""


@pytest.mark.home
@pytest.mark.parametrize("before", ["", INLINE], ids=["without pyplot", "with pyplot inline"])
def test_the_last_value_of_a_cell_is_shown(before: str, tmp_path: Path) -> None:
    pytest.importorskip("IPython", reason="IPython is not installed")
    if before:
        pytest.importorskip("matplotlib_inline", reason="matplotlib-inline is not installed")
    file = tmp_path / "cell.py"
    file.write_text(CELL.format(before=before), encoding="utf-8")
    subprocess.run([sys.executable, str(file)], check=True, timeout=300)
