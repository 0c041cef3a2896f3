"""The gallery shows every figure of the library, each drawn by the lines beside it."""

import inspect
import re
from pathlib import Path

import pytest

import keras_lateral as kl
from docs import gallery
from keras_lateral.record import Record

pytest.importorskip("matplotlib", reason="the gallery draws")
pytest.importorskip("sklearn", reason="the gallery shows scikit-learn's images")
pytestmark = pytest.mark.home

MOST_LINES = 18
"""Of code, so that it fits beside the picture."""

QUICK = ("plot_corruptions",)


def public_plots() -> set[str]:
    functions = {name for name in dir(kl) if name.startswith("plot_")}
    records = {name: getattr(kl, name) for name in dir(kl) if name[0].isupper()}
    methods = {
        f"{name}.{method}"
        for name, record in records.items()
        if inspect.isclass(record) and issubclass(record, Record)
        for method in vars(record)
        if method.startswith("plot")
    }
    return functions | methods


def test_every_figure_of_the_library_is_in_the_gallery() -> None:
    shown = {gallery.LINKS.get(name, (name,))[0] for name in gallery.NAMES}
    assert shown == public_plots()


def test_every_file_is_in_the_gallery_or_helps_it() -> None:
    files = {path.stem for path in gallery.EXAMPLES.glob("*.py")}
    assert files == {*gallery.NAMES, *gallery.HELPERS}
    pictures = {path.stem for path in gallery.PICTURES.iterdir()}
    assert pictures == set(gallery.NAMES)


def test_the_page_is_what_the_examples_say() -> None:
    """Written by `python -m docs.gallery`."""
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page()


@pytest.mark.parametrize("name", gallery.NAMES)
def test_an_example_is_short_calls_what_it_shows_and_ends_with_the_pair(name: str) -> None:
    code = (gallery.EXAMPLES / f"{name}.py").read_text(encoding="utf-8").split('"""\n\n', 1)[1]
    assert len([line for line in code.splitlines() if line]) <= MOST_LINES
    *_, last = code.splitlines()
    call = gallery.LINKS.get(name, (name,))[0].rpartition(".")[2]
    assert re.fullmatch(rf"figure, axes = .*\b{call}\(.*\)", last)


@pytest.mark.parametrize("name", gallery.NAMES)
def test_a_picture_is_small(name: str) -> None:
    assert (gallery.PICTURES / f"{name}.webp").stat().st_size < gallery.LARGEST


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n not in QUICK)) for n in gallery.NAMES],
)
def test_an_example_draws(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "plot_sigma_tuning":
        pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    figure, _ = gallery.draw(name)
    assert gallery.small_picture(figure).startswith(b"RIFF")
