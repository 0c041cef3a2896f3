"""The notebooks of the lecture run, and what they calculate by hand is right."""

from __future__ import annotations

import importlib
import json
import os
import re
import runpy
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import signal, stats

from experiments.common.records import read_gathered
from experiments.full_size.differences import rights

ROOT = Path(__file__).parents[1]
LECTURE = ROOT / "examples" / "lecture"
NOTEBOOKS = sorted(LECTURE.glob("*.ipynb"))

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


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_a_notebook_runs(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """On few digits; with LECTURE=all and MNIST in KERAS_LATERAL_DATA, as a student runs it."""
    monkeypatch.setenv("LECTURE", os.environ.get("LECTURE", "taste"))
    run(notebook, tmp_path)
    assert "nan" not in capsys.readouterr().out


@pytest.mark.home
def test_recorded_trainings_are_those_of_the_experiment() -> None:
    results = importlib.import_module("results")
    found, records = results.recorded(), read_gathered(results.RUNS.parent)
    assert found.keys() == records.keys()
    for name, runs in records.items():
        seeds = sorted(runs)
        assert list(found[name].seeds) == seeds
        np.testing.assert_array_equal(found[name].wrong, ~rights(runs, seeds))
        np.testing.assert_array_equal(found[name].last, found[name].errors[:, -1])
        assert [len(classes) for classes in found[name].taken_for] == found[name].last.tolist()


@pytest.mark.home
def test_labels_in_another_order_are_not_taken_for_those_of_the_recorded_images() -> None:
    results = importlib.import_module("results")
    generator = np.random.default_rng(0)
    labels, wrong = generator.integers(0, 10, 1000), generator.random((2, 1000)) < 0.2
    classes = tuple(tuple((labels[row] + 1) % 10) for row in wrong)
    trainings = results.Trainings("lenet", (0, 1), wrong.sum(1)[:, None], wrong, classes)
    assert results.same_images(trainings, labels)
    assert not results.same_images(trainings, generator.permutation(labels))
    assert not results.same_images(trainings, labels[:-1])


@pytest.mark.home
def test_the_errors_that_are_saved_are_those_of_pairs_with_the_same_seed() -> None:
    results = importlib.import_module("results")
    generator = np.random.default_rng(0)
    wrong = generator.random((2, 3, 1000)) < 0.1
    arm, baseline = (
        results.Trainings("mlp", seeds, part.sum(1)[:, None], part, ((),) * 3)
        for seeds, part in zip(((0, 1, 2), (1, 2, 5)), wrong, strict=True)
    )
    d = results.fewer_errors(arm, baseline)
    pairs = (wrong[1, :2].sum(1) - wrong[0, 1:].sum(1)) / 1000
    assert d.pairs == 2
    assert d.mean == pytest.approx(pairs.mean())
    low, high = results.one_more_training(arm)
    last = wrong[0].sum(1)
    assert low < last.min() <= last.max() < high
    assert stats.t.cdf((high - last.mean()) / (last.std(ddof=1) * (4 / 3) ** 0.5), 2) == (
        pytest.approx(0.975)
    )


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
