"""The small-data benchmark, on tiny copies in the layout of its repository."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, few_to_train, load_small_benchmark
from keras_lateral.datasets.benchmark.cifar_batches import read_batch, read_batches
from keras_lateral.datasets.benchmark.sets import BENCHMARK, FILES
from tests.datasets.image_files import pixels, save

NAMES = {  # as the lists of each set name an image of a class
    "eurosat": ("{0}/{0}_{1}", ("AnnualCrop", "Forest")),
    "clamm": ("IRHT_{0}_{1}", ("P0", "P1")),
    "isic2018": ("ISIC_{0}{1:05d}", ("1", "2")),
    "cub": ("{0}/{0}_{1}", ("001.Black_footed_Albatross", "002.Laysan_Albatross")),
}
CLASSES = {
    "eurosat": ("AnnualCrop", "Forest"),
    "clamm": ("Caroline", "Cursiva"),
    "isic2018": ("MEL", "NV"),
    "cub": ("Black footed Albatross", "Laysan Albatross"),
}


def tiny_copy(root: Path, name: str, train: int = 3, val: int = 2, test: int = 2) -> Path:
    """A set of two classes, with the lists of split 0 and 1, in the benchmark's layout."""
    pattern, parts = NAMES[name]
    facts = FILES[name]
    images = root / facts.folders[0]
    for split in (0, 1):
        place = 0
        for part, number in (("train", train), ("val", val), ("test", test)):
            lines = []
            for label, text in enumerate(parts):
                for n in range(place, place + number):
                    image = pattern.format(text, 100 * split + n)
                    save(images / f"{image}{facts.ending}", pixels(1000 * label + 100 * split + n))
                    lines.append(f"{image} {label}")
            place += number
            if part != "test" or facts.tests or split == 0:
                (root / f"{part}{split}.txt").write_text("\n".join(lines) + "\n")
        both = [(root / f"{part}{split}.txt").read_text() for part in ("train", "val")]
        (root / f"trainval{split}.txt").write_text("".join(both))
    return root


@pytest.mark.parametrize("name", list(FILES))
def test_the_lists_say_what_is_trained_and_tested_on(tmp_path: Path, name: str) -> None:
    root = tiny_copy(tmp_path / name, name)
    data = load_small_benchmark(name, tmp_path)
    assert (data.name, data.class_names) == (name, CLASSES[name])
    assert data.y_train.tolist() == [0] * 5 + [1] * 5
    assert data.y_test.tolist() == [0] * 2 + [1] * 2
    if FILES[name].ending != ".jpg":  # JPEG changes pixels
        np.testing.assert_array_equal(data.x_test[2:], [pixels(1005), pixels(1006)])
    assert len({*(data.names_train or ()), *(data.names_test or ())}) == 14
    noted = "\n".join(data.notes)
    assert "Split 0 of the small-data benchmark: trainval0.txt, test0.txt." in noted
    assert f"A part of {name}: 10 of {FILES[name].train:,} training and 4 of" in noted
    assert ("balanced accuracy" in noted) == (name != "eurosat")
    again = load_small_benchmark(name, root, validation=True)
    assert (len(again.x_train), len(again.x_test)) == (6, 4)
    assert again.x_validation is not None
    both = np.concatenate([again.x_train[:3], again.x_validation[:2]])
    np.testing.assert_array_equal(both, data.x_train[:5])


def test_another_split_is_tested_on_its_own_images_or_on_those_of_all(tmp_path: Path) -> None:
    for name in ("eurosat", "cub"):
        tiny_copy(tmp_path / name, name)
    first, second = (load_small_benchmark("eurosat", tmp_path, split=n) for n in (0, 1))
    assert not set(first.names_test or ()) & set(second.names_test or ())
    first, second = (load_small_benchmark("cub", tmp_path, split=n) for n in (0, 1))
    assert first.names_test == second.names_test
    assert not set(first.names_train or ()) & set(second.names_train or ())


def test_lists_of_an_earlier_version_have_no_number(tmp_path: Path) -> None:
    root = tiny_copy(tmp_path, "eurosat")
    expected = load_small_benchmark("eurosat", root)
    for part in ("trainval", "test"):
        (root / f"{part}0.txt").rename(root / f"{part}.txt")
    found = load_small_benchmark("eurosat", root)
    np.testing.assert_array_equal(expected.x_train, found.x_train)


def test_what_is_missing_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    root = tiny_copy(tmp_path / "a", "eurosat")
    with pytest.raises(FileNotFoundError, match="trainval2.txt was not found.*gem/tree/main/data"):
        load_small_benchmark("eurosat", root, split=2)
    (root / "RGB" / "AnnualCrop" / "AnnualCrop_6.jpg").unlink()
    with pytest.raises(ValueError, match="1 problem in .*test0.txt.*\n- line 2: there is no file"):
        load_small_benchmark("eurosat", root)
    (root / "test0.txt").write_text("AnnualCrop/AnnualCrop_5 zero\n")
    with pytest.raises(ValueError, match="- line 1: expected a name and a label, not 'Annual"):
        load_small_benchmark("eurosat", root)
    (root / "RGB").rename(root / "rgb images")
    with pytest.raises(FileNotFoundError, match="no folder `RGB` or `2750`.*phelber/eurosat; http"):
        load_small_benchmark("eurosat", root)
    with pytest.raises(
        FileNotFoundError, match="`folder`.*which is none. Get the images from http"
    ):
        load_small_benchmark("cub", tmp_path / "nowhere")
    with pytest.raises(ValueError, match="`name`. Expected one of {cifair10, cifair100, eurosat"):
        load_small_benchmark("cifar", root)
    with pytest.raises(ValueError, match="`split`. Expected 0, 1 or 2. Received: split=3"):
        load_small_benchmark("eurosat", root, split=3)


def test_a_class_that_is_tested_and_not_trained_on_is_an_error(tmp_path: Path) -> None:
    root = tiny_copy(tmp_path, "eurosat")
    lines = (root / "trainval0.txt").read_text().splitlines()
    (root / "trainval0.txt").write_text("\n".join(line for line in lines if line.endswith("0")))
    with pytest.raises(ValueError, match="Found in only one of them: 'Forest' in '.*test0.txt'"):
        load_small_benchmark("eurosat", root)


def batch_of(images: Any, labels: Any, keys: tuple[Any, Any] = ("data", "labels")) -> Any:
    return {keys[0]: images.transpose(0, 3, 1, 2).reshape(len(images), -1), keys[1]: list(labels)}


def tiny_cifair(root: Path, per_class: int = 160) -> tuple[Any, Any]:
    """ciFAIR-10 of two classes, in five batches; the images and labels for training."""
    rng = np.random.default_rng(3)
    x = rng.integers(0, 256, (2 * per_class, 32, 32, 3), np.uint8)
    y = rng.permutation(np.arange(2 * per_class) % 2)
    folder = root / "ciFAIR-10"
    folder.mkdir(parents=True)
    for number, places in enumerate(np.array_split(np.arange(len(x)), 5), 1):
        keys = ("data", "labels") if number % 2 else (b"data", b"labels")  # of Python 3 and 2
        batch = batch_of(x[places], y[places].tolist(), keys)
        (folder / f"data_batch_{number}").write_bytes(pickle.dumps(batch, protocol=2))
    (folder / "test_batch").write_bytes(pickle.dumps(batch_of(x[:6] // 2, y[:6].tolist())))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["airplane", "car"]}))
    return x, y


@pytest.mark.parametrize("split", [0, 1, 2])
def test_the_splits_of_cifair_are_places_in_the_order_of_the_file(
    tmp_path: Path, split: int
) -> None:
    x, y = tiny_cifair(tmp_path)
    data = load_small_benchmark("cifair10", tmp_path, split=split)
    first, last = 50 * split, 50 * split + 50
    members: dict[int, list[int]] = {0: [], 1: []}
    for place, label in enumerate(y.tolist()):  # one by one, the slow and simple way
        members[label].append(place)
    places = members[0][first:last] + members[1][first:last]
    np.testing.assert_array_equal(data.x_train, x[places])
    np.testing.assert_array_equal(data.y_train, y[places])
    np.testing.assert_array_equal(data.x_test, x[:6] // 2)
    assert data.class_names == ("airplane", "car")
    tuned = load_small_benchmark("cifair10", tmp_path, split=split, validation=True)
    assert tuned.x_validation is not None
    train = members[0][first : first + 30] + members[1][first : first + 30]
    np.testing.assert_array_equal(tuned.x_train, x[train])
    val = members[0][first + 30 : last] + members[1][first + 30 : last]
    np.testing.assert_array_equal(tuned.x_validation, x[val])
    np.testing.assert_array_equal(tuned.y_validation, y[val])


def test_few_to_train_picks_the_images_of_a_published_split(tmp_path: Path) -> None:
    x, y = tiny_cifair(tmp_path)
    expected = load_small_benchmark("cifair10", tmp_path, split=1)
    cifar = ImageDataset("cifar10", x, y, x[:6] // 2, y[:6], ("airplane", "car"))
    found = few_to_train(cifar, 50, split=1)
    np.testing.assert_array_equal(found.x_train, expected.x_train)
    assert len(found.x_test) == 6 + len(x) - 100
    assert "Trained on split 1: of each class, 50 images from place 50 on" in "\n".join(found.notes)
    with pytest.raises(
        ValueError, match=r"class 0 \('airplane'\) for split 3. Expected at least 2"
    ):
        few_to_train(cifar, 50, split=3)
    shuffled = ImageDataset("cifar10", x, y, x, y, ("a", "b"), source="tensorflow-datasets")
    with pytest.raises(ValueError, match="`split`. Expected None for images from tensorflow-data"):
        few_to_train(shuffled, 50, split=0)


def test_the_fine_labels_of_a_hundred_classes_are_read(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (100, 32, 32, 3), np.uint8)
    fine = np.arange(100) % 2
    for name in ("train", "test"):
        batch = {**batch_of(x, fine.tolist(), ("data", "fine_labels")), "coarse_labels": [0] * 100}
        (tmp_path / name).write_bytes(pickle.dumps(batch))
    data = load_small_benchmark("cifair100", tmp_path)
    assert data.class_names == ("0", "1")
    np.testing.assert_array_equal(data.x_train, np.concatenate([x[::2], x[1::2]]))


class Harmful:
    def __reduce__(self) -> Any:
        return os.mkdir, ("harm",)


def test_a_pickle_that_would_run_a_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("batch").write_bytes(pickle.dumps({"data": Harmful()}))
    with pytest.raises(
        ValueError, match=r"batch cannot be read .*: it holds \w+.mkdir, which is no"
    ):
        read_batch(Path("batch"))
    assert not Path("harm").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nothing", "cannot be read as a batch"),
        (pickle.dumps([1]), "it holds a list"),
        (
            pickle.dumps({"data": np.zeros((2, 9), np.uint8), "labels": [0, 1]}),
            "rows of 3072 bytes",
        ),
        (pickle.dumps({"labels": [0, 1]}), "rows of 3072 bytes"),
    ],
)
def test_a_damaged_batch_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "batch"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"The file .*batch.*{words}"):
        read_batches([path])
    with pytest.raises(FileNotFoundError, match="The file .*nowhere is missing"):
        read_batches([tmp_path / "nowhere"])


def test_a_missing_batch_and_a_size_are_named(tmp_path: Path) -> None:
    tiny_cifair(tmp_path, per_class=50)
    (tmp_path / "ciFAIR-10" / "test_batch").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"test_batch' is missing. Get them from https://cv"
    ):
        load_small_benchmark("cifair10", tmp_path)
    with pytest.raises(ValueError, match="`image_size`. Expected None: the images of 'cifair10'"):
        load_small_benchmark("cifair10", tmp_path, image_size=64)
    assert all(facts.url.startswith("http") for facts in BENCHMARK.values())
