import sys

import numpy as np
import pytest

from keras_lateral.datasets import load_images as package_function
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.published.load_images import ENVIRONMENT_VARIABLE, NAMES, load_images


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    """No variable and no tensorflow-datasets, whatever the machine has."""
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)


def test_the_package_exports_load_images():
    assert package_function is load_images


def test_the_argument_takes_precedence_over_the_variable(idx_root, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(idx_root / "nowhere"))
    assert len(load_images("mnist", data_dir=idx_root).x_train) == 20
    assert len(load_images("mnist", data_dir=str(idx_root)).x_train) == 20


def test_the_variable_is_read_at_the_call(idx_root, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(idx_root))
    assert load_images("mnist").source == "folder"


def test_a_tilde_is_the_home_folder(idx_root, monkeypatch):
    monkeypatch.setenv("HOME", str(idx_root.parent))
    monkeypatch.setenv("USERPROFILE", str(idx_root.parent))
    assert load_images("mnist", data_dir=f"~/{idx_root.name}").source == "folder"


def test_a_given_folder_without_the_set_is_an_error_and_nothing_else_is_tried(
    idx_root, monkeypatch
):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(idx_root))
    with pytest.raises(FileNotFoundError, match=r"`data_dir`.*folder `mnist`.*Received: data_dir="):
        load_images("mnist", data_dir=idx_root / "mnist")


def test_a_damaged_folder_is_an_error_and_nothing_else_is_tried(idx_root, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(idx_root))
    path = idx_root / "mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=path.name):
        load_images("mnist")


def test_the_error_for_a_missing_set_says_what_was_tried_and_what_to_do():
    with pytest.raises(FileNotFoundError) as caught:
        load_images("cifar100")
    assert str(caught.value) == (
        "The images of `cifar100` were not found. Tried:\n"
        "- the argument `data_dir`: not given\n"
        "- the environment variable KERAS_LATERAL_DATA: not set\n"
        "- tensorflow-datasets: it is not installed\n"
        "Either pass `data_dir` or set KERAS_LATERAL_DATA to a folder that holds a folder "
        "`cifar100`; or install tensorflow-datasets with "
        '`pip install "keras-lateral[tfds]"` (in a clone: `pip install ".[tfds]"`) '
        "and be online at the first call. "
        "`digits` needs none of these."
    )


def test_a_variable_without_a_folder_of_the_set_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f"{tmp_path / 'cifar10'} is not a folder"):
        load_images("cifar10")


@pytest.mark.parametrize("download", [True, False])
def test_tensorflow_datasets_comes_last_and_is_told_whether_it_may_download(
    tmp_path, monkeypatch, download
):
    calls = []
    found = ImageDataset(
        "mnist", np.zeros((1, 2, 2, 1)), np.zeros(1, int), np.zeros((1, 2, 2, 1)), np.zeros(1, int),
        ("0",),
    )  # fmt: skip

    def read(*arguments):
        calls.append(arguments)
        return found

    monkeypatch.setitem(load_images.__globals__, "read_tensorflow_dataset", read)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    assert load_images("mnist", download=download) is found
    assert calls == [("mnist", download)]


def test_digits_need_no_folder_and_no_download(monkeypatch):
    pytest.importorskip("sklearn")
    assert load_images("digits").x_train.shape == (1197, 8, 8, 1)
    first, other = load_images("digits"), load_images("digits", split_seed=1)
    assert not np.array_equal(first.x_test, other.x_test)


def test_the_error_for_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"\{digits, mnist, .*\}, or 'tfds:NAME'.*name='svhn'"):
        load_images("svhn")


def test_these_names_are_known():
    assert NAMES == ("digits", "mnist", "fashion_mnist", "cifar10", "cifar100")
