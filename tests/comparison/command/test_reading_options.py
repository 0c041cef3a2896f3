from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.comparison.command import main as command
from keras_lateral.comparison.command import run
from keras_lateral.comparison.record import Comparison
from keras_lateral.datasets import load_image_folds
from tests.datasets.folder.test_framing import folder_of_two_shapes


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the function `compare` was asked for; nothing is trained."""
    seen: dict[str, Any] = {}

    def compare(build_model: Any, data: Any, methods: Any, **options: Any) -> Comparison:
        seen.update(options, data=data)
        return Comparison("photos", (), (0,), ())

    monkeypatch.setattr(run, "compare", compare)
    monkeypatch.chdir(tmp_path)
    return seen


def test_images_are_cropped_and_damaged_ones_left_out(asked: dict[str, Any]) -> None:
    folder = folder_of_two_shapes(Path("photos"))
    (folder / "cat" / "broken.jpg").write_bytes(b"")
    typed = ["compare", "--images", str(folder), "--resize", "crop", "--skip-damaged"]
    assert command.main(typed) == 0
    data = asked["data"]
    with pytest.warns(UserWarning, match="has lost 1 of 6"):
        expected = load_image_folds(folder, resize="crop", skip_damaged=True)
    np.testing.assert_array_equal(data.x, expected.x)
    noted = "\n".join(data.notes)
    assert "the centre was kept (--resize crop). Choose another with --image-size." in noted
    assert "'cat' 1 of 6" in noted


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--dataset", "digits", "--resize", "pad"], "--resize goes with --images, not with"),
        (["--dataset", "digits", "--skip-damaged"], "--skip-damaged goes with --images"),
        (["--images", "photos"], "or leave them out with --skip-damaged."),
    ],
)
def test_what_does_not_go_together_or_is_missing_is_said_in_the_words_typed(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str], typed: list[str], words: str
) -> None:
    folder = folder_of_two_shapes(Path("photos"))
    (folder / "cat" / "broken.jpg").write_bytes(b"")
    assert command.main(["compare", *typed]) == 2
    assert words in capsys.readouterr().err
    assert not asked
