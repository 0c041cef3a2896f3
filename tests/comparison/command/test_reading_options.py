import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from keras_lateral.comparison.command import main as command
from keras_lateral.comparison.command import run
from keras_lateral.comparison.record import Comparison
from keras_lateral.datasets import (
    ImageDataset,
    ImageFolds,
    load_image_folds,
    load_small_benchmark,
)
from tests.datasets.benchmark.test_small_benchmark import tiny_cifair
from tests.datasets.conftest import write_sheet
from tests.datasets.folder.test_framing import folder_of_two_shapes
from tests.datasets.labels.test_labelled_images import flat, lines_of
from tests.datasets.published.test_any_tensorflow_dataset import Builder, images


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


def table(folder: Path, *lines: str) -> str:
    path = folder / "labels.csv"
    path.write_text("\n".join(lines))
    return str(path)


def photos(per_class: int = 6) -> tuple[str, list[str]]:
    folder = flat(Path("photos"), per_class)
    return str(folder), lines_of(per_class)


def test_a_table_of_labels_is_read_in_folds_or_as_it_is_split(asked: dict[str, Any]) -> None:
    folder, rows = photos()
    typed = ["compare", "--images", folder, "--labels"]
    assert command.main([*typed, table(Path(), "file,label,split", *rows_in_parts(rows))]) == 0
    assert isinstance(asked["data"], ImageDataset)
    assert (len(asked["data"].x_train), len(asked["data"].x_test)) == (8, 4)
    labels = table(Path(), "who,what,split,patient", *(f"{row},{n // 2}" for n, row in
        enumerate(rows_in_parts(rows))))  # fmt: skip
    columns = ["--path-column", "who", "--label-column", "2", "--split-column", "none"]
    assert command.main([*typed, labels, *columns, "--group-column", "none"]) == 0
    assert isinstance(asked["data"], ImageFolds)
    assert asked["data"].units is None
    assert command.main([*typed, labels, *columns, "--folds", "2"]) == 0
    assert asked["data"].folds == 2
    assert asked["data"].units.tolist() == [n // 2 for n in range(12)]


def rows_in_parts(rows: list[str]) -> list[str]:
    return [f"{row},{'test' if n % 6 > 3 else 'train'}" for n, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--label-column", "what"], "--label-column goes with --labels."),
        (["--labels", "nowhere.csv"], "option --labels. Expected a CSV file"),
        (["--labels", "wrong.csv"], "line 13: there is no file 'c0.png' in 'photos' or '.'"),
        (["--labels", "l.csv", "--path-column", "z"], "option --path-column. Expected a column of"),
        (["--labels", "l.csv", "--split-column", "3"], "a number from 1 to 2. Received: '3'"),
        (
            ["--labels", "l.csv", "--groups", "(.)", "--group-column", "2"],
            "--groups and --group-column do not go together",
        ),
    ],
)
def test_what_is_wrong_with_labels_is_said_in_the_words_typed(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str], typed: list[str], words: str
) -> None:
    folder, rows = photos()
    Path("l.csv").write_text("\n".join(rows))
    Path("wrong.csv").write_text("\n".join([*rows, "c0.png,cat"]))
    assert command.main(["compare", "--images", folder, *typed]) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert "`" not in errors
    assert not asked


def test_labels_without_a_folder_are_refused(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["compare", "--dataset", "digits", "--labels", "l.csv"]) == 2
    assert "--labels goes with --images, not with --dataset." in capsys.readouterr().err


def test_a_set_of_tensorflow_datasets_is_known_by_its_name_there(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("tensorflow_datasets")
    builder = Builder({"train": images(8, 8, 16), "test": images(4, 8, 8, first=20)})
    monkeypatch.setattr(module, "builder", lambda name, **more: builder, raising=False)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    typed = ["compare", "--dataset", "tfds:pets", "--limit", "2", "--image-size", "6"]
    assert command.main([*typed, "--resize", "pad"]) == 0
    assert asked["data"].image_shape == (6, 6, 3)
    assert (len(asked["data"].x_train), len(asked["data"].x_test)) == (4, 8)
    assert (
        "black borders (--resize pad). Choose another with --image-size." in asked["data"].notes[0]
    )


def test_a_split_of_the_small_data_benchmark_is_compared_as_it_is(asked: dict[str, Any]) -> None:
    tiny_cifair(Path("sets") / "cifair10")
    typed = ["compare", "--data-dir", "sets", "--dataset", "cifair10"]
    assert command.main([*typed, "--benchmark-split", "2"]) == 0
    expected = load_small_benchmark("cifair10", "sets", split=2)
    np.testing.assert_array_equal(asked["data"].x_train, expected.x_train)
    np.testing.assert_array_equal(asked["data"].x_test, expected.x_test)
    assert command.main([*typed, "--smoke"]) == 0
    assert len(asked["data"].x_train) == 2 * len(asked["data"].x_test) // 2 == 6


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--dataset", "digits", "--benchmark-split", "0"], "not with --dataset digits."),
        (["--dataset", "eurosat"], "--data-dir must say where its files are."),
        (["--dataset", "cub", "--data-dir", ".", "--limit", "3"], "--limit does not go with it"),
        (["--dataset", "cub", "--data-dir", "."], "`CUB_200_2011/images` or `images`"),
        (["--images", ".", "--benchmark-split", "0"], "--benchmark-split goes with --dataset"),
        (["--dataset", "digits", "--image-size", "9"], "--image-size goes with --images, not with"),
        (["--dataset", "cifair10", "--data-dir", ".", "--resize", "pad"], "--resize goes with"),
    ],
)
def test_what_does_not_go_with_a_dataset_is_said(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str], typed: list[str], words: str
) -> None:
    assert command.main(["compare", *typed]) == 2
    assert words in capsys.readouterr().err
    assert not asked


def test_the_training_images_of_cifar_s_splits_are_picked_in_their_order(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "sets" / "cifar10"
    folder.mkdir(parents=True)
    tiles = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8)
    for part, count in (("train", 16), ("test", 4)):
        write_sheet(folder / f"{part}.webp", tiles[:count] // (1 if part == "train" else 2), 4)
    labels = np.arange(16, dtype=np.uint8) % 10
    np.savez(folder / "labels.npz", train=labels % 2, test=labels[:4] % 2)
    (folder / "names.json").write_text(json.dumps([str(n) for n in range(10)]))
    typed = ["compare", "--dataset", "cifar10", "--data-dir", "sets", "--limit", "3"]
    assert command.main([*typed, "--benchmark-split", "1"]) == 0
    np.testing.assert_array_equal(asked["data"].x_train, tiles[[6, 8, 10, 7, 9, 11]])
    assert len(asked["data"].x_test) == 4 + 10
