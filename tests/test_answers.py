"""Every answer runs without the others, and none is longer than the page says."""

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
BEGINNING, *ANSWERS = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)

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
    first: dict[str, Any] = {"__name__": "__main__"}
    for block in BLOCK.findall(BEGINNING):
        exec(compile(block, f"{PAGE.name}, beginning", "exec"), first)  # noqa: S102
    left: dict[str, Any] = {}
    for answer in ANSWERS:
        title = answer.splitlines()[0]
        session = dict(first)  # names of its own, whatever the other answers have imported
        for block in BLOCK.findall(answer):
            with redirect_stdout(io.StringIO()) as printed:
                exec(compile(block, f"{PAGE.name}, {title}", "exec"), session)  # noqa: S102
            assert not re.search(r"\bnp\.\w+\(", printed.getvalue()), block  # but plain numbers
            for said in re.findall(r"print\(.*  # (\[.*|\(.*|\d[\d.]*|True)$", block, re.MULTILINE):
                assert said in printed.getvalue(), block
        left |= session
    assert left["before"].shape == (3, 600)
    assert left["accuracy"].low < left["before"].mean() < left["accuracy"].high
    assert left["table"].compared()[0].method == "mine"
    assert np.isfinite(left["test"].suggestion)


@pytest.mark.parametrize("block", BLOCK.findall("".join(ANSWERS)))
def test_an_answer_is_five_lines_beside_its_imports_and_functions(block: str) -> None:
    lines = [line for line in block.splitlines() if re.match(r"\w|\)", line)]
    assert len([line for line in lines if not re.match(r"from |import |def ", line)]) <= 5
