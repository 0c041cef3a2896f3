"""The answers run, from the top of the page to its end, and none is longer than the page says."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets import load_images

PAGE = Path(__file__).parents[1] / "docs" / "answers.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))

pytestmark = pytest.mark.home


def write_photos(folder: Path) -> None:
    """Twenty zeros and twenty ones, as a folder of photos."""
    digits = load_images("digits")
    for label, name in enumerate(["cats", "dogs"]):
        (folder / name).mkdir(parents=True)
        for number, pixels in enumerate(digits.x_train[digits.y_train == label][:20]):
            file = folder / name / f"{number:02}.png"
            keras.utils.save_img(file, 15.0 * pixels, data_format="channels_last", scale=False)


def test_every_answer_runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("imagehash", "keras_tuner", "matplotlib", "scipy", "sklearn"):
        pytest.importorskip(module, reason="an answer needs it")
    monkeypatch.chdir(tmp_path)
    write_photos(tmp_path / "photos")
    session: dict[str, Any] = {"__name__": "__main__"}
    for number, block in enumerate(BLOCKS):
        with redirect_stdout(io.StringIO()) as printed:
            exec(compile(block, f"{PAGE.name}, answer {number}", "exec"), session)  # noqa: S102
        for said in re.findall(r"print\(.*  # (\[.*|\(.*|\d[\d.]*|True)$", block, re.MULTILINE):
            assert said in printed.getvalue(), block
    assert session["before"].shape == (3, 600)
    assert session["accuracy"].low < session["before"].mean() < session["accuracy"].high
    assert session["table"].compared()[0].method == "mine"
    assert np.isfinite(session["test"].suggestion)


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_an_answer_is_five_lines_beside_its_imports_and_functions(block: str) -> None:
    lines = [line for line in block.splitlines() if re.match(r"\w|\)", line)]
    assert len([line for line in lines if not re.match(r"from |import ", line)]) <= 5
