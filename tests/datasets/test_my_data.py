"""The Python of the page on the user's own data runs as it stands."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.conftest import write_sheet
from tests.datasets.image_files import image_folder

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "my-data.md"

pytestmark = pytest.mark.home


def write_cifar10(root: Path, per_class: int = 50) -> None:
    folder = root / "cifar10"
    folder.mkdir(parents=True)
    labels = (np.arange(10 * per_class) % 10).astype(np.uint8)
    tiles = np.random.default_rng(0).integers(0, 256, (len(labels), 32, 32, 3), np.uint8)
    write_sheet(folder / "train.webp", tiles, 25)
    write_sheet(folder / "test.webp", tiles[:10] // 2, 10)
    np.savez(folder / "labels.npz", train=labels, test=labels[:10])
    (folder / "names.json").write_text(json.dumps([str(n) for n in range(10)]))


def test_the_page_s_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    image_folder(tmp_path / "photos", per_class=8)
    (tmp_path / "photos" / "cat" / "7.png").write_bytes(b"")
    rows = [f"{name}/{n},{name},{n // 2}" for name in ("cat", "dog") for n in range(7)]
    table = "\n".join(["image_id,diagnosis,patient_id", *rows])
    (tmp_path / "labels.csv").write_text(table)
    write_cifar10(tmp_path / "sets")
    monkeypatch.setenv("KERAS_LATERAL_DATA", str(tmp_path / "sets"))
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        if "skip_damaged" in block:
            with pytest.warns(UserWarning, match="has lost 1 of 8 images"):
                exec(block, names)  # noqa: S102
        else:
            exec(block, names)  # noqa: S102
    assert names["images"].class_names == ("cat", "dog")
    assert names["folds"].image_shape == (48, 48, 3)
    assert np.bincount(names["split"].y_train).tolist() == [50] * 10
    printed = capsys.readouterr().out
    assert "groups from 'patient_id'" in printed
    assert "('cat', 'dog') 2" in printed
