"""The notebooks of the lecture run, and what they calculate by hand is right."""

from __future__ import annotations

import importlib
import json
import re
import runpy
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import signal

ROOT = Path(__file__).parents[1]
LECTURE = ROOT / "examples" / "lecture"
NOTEBOOKS = sorted(LECTURE.glob("*.ipynb"))
TASTE = "taste"

pytest.importorskip("sklearn", reason="the notebooks read scikit-learn's digits")
pytest.importorskip("matplotlib", reason="the notebooks draw")


@pytest.fixture(autouse=True)
def beside_the_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(LECTURE)


@pytest.fixture
def by_hand() -> ModuleType:
    return importlib.import_module("by_hand")


def cells(notebook: Path) -> list[dict[str, Any]]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def run(notebook: Path, folder: Path) -> dict[str, Any]:
    """Runs the code of a notebook from top to bottom and returns its names."""
    code = ["".join(cell["source"]) for cell in cells(notebook) if cell["cell_type"] == "code"]
    script = folder / f"{notebook.stem}.py"
    script.write_text("\n\n".join(code), encoding="utf-8")
    return runpy.run_path(str(script))


def test_the_worked_convolutions_agree_with_keras(tmp_path: Path) -> None:
    """The notebook asserts each number against Keras' layers; these are the lecture's."""
    names = run(LECTURE / "1_convolution_by_hand.ipynb", tmp_path)
    np.testing.assert_array_equal(names["y"], [-1, 7, 5, 4, -1])
    np.testing.assert_array_equal(names["Y"], [[2, 6, 4], [4, 4, 8], [4, 4, 4]])
    np.testing.assert_array_equal(names["by_hand"], [[5, 11], [15, 5]])
    np.testing.assert_array_equal(names["without"], [[7, 11, 9], [9, 11, 12], [8, 8, 7]])
    np.testing.assert_array_equal(names["with_zeros"][0], [6, 5, 7, 4, 2])
    np.testing.assert_array_equal(names["strided"], [[7, 9], [8, 7]])
    np.testing.assert_array_equal(names["largest"], [[3, 4], [2, 4]])


@pytest.mark.home
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 2])
def test_a_convolution_by_hand_is_scipys_correlation(
    by_hand: ModuleType, padding: int, stride: int
) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(9, 7)), rng.normal(size=(3, 3))
    expected = signal.correlate2d(np.pad(x, padding), w, mode="valid")[::stride, ::stride]
    y = by_hand.convolve(x, w, padding, stride)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    sizes = tuple(by_hand.size_after(n, 3, padding, stride) for n in x.shape)
    assert y.shape == sizes


@pytest.mark.home
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_outputs_and_links_to_files_that_exist(notebook: Path) -> None:
    for cell in cells(notebook):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        for target in re.findall(r"\]\(([^)#]+)\)", "".join(cell["source"])):
            assert target.startswith("http") or (LECTURE / target).exists(), target
