"""Every notebook runs from its first cell to its last, and opens elsewhere by its badge."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
QUICK = "receptive_field_freeze"

pytestmark = pytest.mark.home


def cells(notebook: Path) -> list[dict[str, Any]]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def source_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_its_badge_and_installs_what_is_missing(notebook: Path) -> None:
    title, install, *_ = cells(notebook)
    assert source_of(title).startswith("# ")
    path = notebook.relative_to(ROOT).as_posix()
    address = f"https://colab.research.google.com/github/([^/]+/[^/]+)/blob/main/{path}"
    (repository,) = re.findall(rf"\]\({address}\)", source_of(title))
    assert f"git+https://github.com/{repository}" in source_of(install)
    assert source_of(install).startswith("import importlib.util")
    extras = re.findall(r"keras-lateral\[([a-z,-]+)\]", source_of(install))[0].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])
    assert project.get("urls", {}).get("Source", repository).endswith(repository)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_it_returned(notebook: Path) -> None:
    for cell in cells(notebook):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_guide_and_the_examples_name_every_notebook() -> None:
    for page in ("docs/guides/notebooks.md", "examples/README.md"):
        named = set(re.findall(r"notebooks/(\w+)\.ipynb", (ROOT / page).read_text("utf-8")))
        assert named == {notebook.stem for notebook in NOTEBOOKS}, page


def all_but_quick() -> list[Any]:
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem != QUICK))
        for path in NOTEBOOKS
    ]


@pytest.mark.parametrize("notebook", all_but_quick())
def test_a_notebook_runs_and_shows_its_figures_once(notebook: Path, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="runs notebooks")
    nbformat = pytest.importorskip("nbformat", reason="reads notebooks")
    pytest.importorskip("ipykernel", reason="runs notebooks")
    pytest.importorskip("sklearn", reason="the notebooks read scikit-learn's digits")
    pytest.importorskip("scipy", reason="a comparison needs SciPy")
    book = nbformat.read(notebook, as_version=4)
    client = nbclient.NotebookClient(
        book, timeout=1200, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    for cell in (cell for cell in book.cells if cell.cell_type == "code"):
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        ends_with_a_plot = cell.source.splitlines()[-1].startswith("plot_")
        assert len(pictures) == ends_with_a_plot, cell.source
