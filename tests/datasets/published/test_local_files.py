import gzip
import hashlib
import json
import re
import zipfile

import numpy as np
import pytest

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.published.local_files import read_folder

# --- tiny folders -----------------------------------------------------------------------------


def test_idx_files_become_images_with_a_channel_axis(idx_root):
    mnist = read_folder("mnist", idx_root / "mnist")
    raw = gzip.decompress((idx_root / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())
    assert mnist.x_train.shape == (20, 5, 4, 1)
    assert mnist.x_train.tobytes() == raw[16:]
    assert mnist.x_train.flags.writeable
    assert mnist.y_train.dtype == np.int32
    np.testing.assert_array_equal(mnist.y_test, np.arange(10))
    assert mnist.class_names == tuple("0123456789")


def test_sheets_are_joined_in_the_order_of_their_numbers(sheet_root, sheet_tiles):
    cifar = read_folder("cifar10", sheet_root / "cifar10")
    expected = np.concatenate([sheet_tiles["train_2"], sheet_tiles["train_10"]])
    np.testing.assert_array_equal(cifar.x_train, expected)
    np.testing.assert_array_equal(cifar.x_test, sheet_tiles["test"])
    np.testing.assert_array_equal(cifar.y_train, np.arange(9))
    assert (cifar.x_train.dtype, cifar.y_train.dtype) == (np.uint8, np.int32)
    assert (cifar.class_names[3], cifar.source) == ("class 3", "folder")


def test_a_part_of_the_published_set_says_so(sheet_root):
    (note,) = read_folder("cifar10", sheet_root / "cifar10").notes
    assert "9 of 50,000 training and 4 of 10,000 test images" in note


def test_names_may_be_the_fine_ones_of_a_mapping(sheet_root):
    names = [f"fine {i}" for i in range(10)]
    path = sheet_root / "cifar10" / "names.json"
    path.write_text(json.dumps({"fine": names, "coarse": ["x"]}))
    assert read_folder("cifar10", path.parent).class_names == tuple(names)


@pytest.mark.parametrize("missing", ["labels.npz", "names.json", "test.webp"])
def test_a_missing_file_of_a_sheet_folder_is_named(sheet_root, missing):
    folder = sheet_root / "cifar10"
    (folder / missing).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{folder}/{missing[:4]}.* is missing"):
        read_folder("cifar10", folder)


@pytest.mark.parametrize("missing", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_a_missing_file_of_an_idx_folder_is_named(idx_root, missing):
    (idx_root / "mnist" / missing).unlink()
    with pytest.raises(FileNotFoundError, match=f"{missing} is missing"):
        read_folder("mnist", idx_root / "mnist")


def test_class_names_are_required_unless_they_are_the_digits(idx_root):
    with pytest.raises(FileNotFoundError, match=r"names\.json is missing"):
        read_folder("fashion_mnist", idx_root / "mnist")


def test_a_missing_sheet_is_detected_by_the_counts(sheet_root):
    (sheet_root / "cifar10" / "train_10.webp").unlink()
    with pytest.raises(ValueError, match=r"6 images in train_2\.webp, 9 labels in labels\.npz"):
        read_folder("cifar10", sheet_root / "cifar10")


def test_images_and_labels_of_different_lengths_are_refused(idx_root, idx_writer):
    idx_writer(idx_root / "mnist" / "train-labels-idx1-ubyte.gz", np.arange(10))
    with pytest.raises(ValueError, match=r"20 images in train-images.*10 labels in train-labels"):
        read_folder("mnist", idx_root / "mnist")


def test_labels_beyond_the_classes_are_refused(idx_root, idx_writer):
    idx_writer(idx_root / "mnist" / "train-labels-idx1-ubyte.gz", np.arange(20))
    with pytest.raises(ValueError, match="reach 19, but `mnist` has 10 classes"):
        read_folder("mnist", idx_root / "mnist")


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_the_test_part(path):
    np.savez(path, train=np.arange(9))


def with_pickled_labels(path):
    np.savez(path, train=np.asarray([{}] * 9, object))


def with_labels_in_a_table(path):
    np.savez(path, train=np.zeros((9, 1), np.uint8))


def with_a_bare_array(path):
    with path.open("wb") as file:
        np.save(file, np.arange(9))


def with_a_flipped_byte_in_compressed_labels(path):
    np.savez_compressed(path, train=np.arange(2000) % 7)
    with_a_flipped_byte(path)


def with_a_flipped_byte(path):
    """Makes a checksum of the archive wrong."""
    with zipfile.ZipFile(path) as archive:
        end = archive.getinfo("train.npy").header_offset + 150
    content = bytearray(path.read_bytes())
    content[end + 20] ^= 255
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_text("no archive"), "cannot be read"),
        (lambda path: path.write_bytes(b""), "cannot be read"),
        (cut_in_half, "cannot be read"),
        (with_a_flipped_byte, "cannot be read"),
        (with_a_flipped_byte_in_compressed_labels, "cannot be read"),
        (with_a_bare_array, "cannot be read"),
        (with_pickled_labels, "cannot be read"),
        (without_the_test_part, "does not contain an array `test`"),
        (with_labels_in_a_table, r"is not a list of labels: it has shape \(9, 1\)"),
    ],
)
def test_a_damaged_file_of_labels_is_named(sheet_root, damage, message):
    path = sheet_root / "cifar10" / "labels.npz"
    damage(path)
    with pytest.raises(ValueError, match=message) as caught:
        read_folder("cifar10", path.parent)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '["one", "two"]', '{"coarse": []}', "3", '"0123456789"']
)
def test_a_damaged_file_of_class_names_is_named(sheet_root, content):
    path = sheet_root / "cifar10" / "names.json"
    path.write_text(content)
    with pytest.raises(
        ValueError, match=rf"{re.escape(str(path))} (cannot be read|does not contain)"
    ):
        read_folder("cifar10", path.parent)


# --- the real folder --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cifar100(real_root) -> ImageDataset:
    return read_folder("cifar100", real_root / "cifar100")


def mean_and_deviation(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns both for each channel, exactly, from the counts of the 256 values."""
    counts = np.stack([np.bincount(c.ravel(), minlength=256) for c in np.moveaxis(x, -1, 0)])
    share = counts / counts.sum(1, keepdims=True)
    values = np.arange(256) / 255
    mean = share @ values
    return mean, np.sqrt((share * (values - mean[:, None]) ** 2).sum(1))


def test_cifar100_has_the_published_mean_and_deviation(cifar100):
    mean, deviation = mean_and_deviation(cifar100.x_train)
    np.testing.assert_array_equal(mean.round(8), [0.50707516, 0.48654887, 0.44091784])
    np.testing.assert_array_equal(deviation.round(8), [0.26733429, 0.25643846, 0.27615047])
    test_mean, _ = mean_and_deviation(cifar100.x_test)
    np.testing.assert_array_equal(test_mean.round(8), [0.50879641, 0.48739301, 0.44194221])


def test_cifar100_is_complete_and_balanced(cifar100):
    np.testing.assert_array_equal(np.bincount(cifar100.y_train), [500] * 100)
    np.testing.assert_array_equal(np.bincount(cifar100.y_test), [100] * 100)
    assert cifar100.notes == ()
    assert cifar100.image_shape == (32, 32, 3)
    assert [cifar100.class_names[i] for i in (0, 52, 99)] == ["apple", "oak_tree", "worm"]


def test_cifar100_starts_with_the_published_labels(cifar100):
    np.testing.assert_array_equal(cifar100.y_train[:8], [19, 29, 0, 11, 1, 86, 90, 28])
    assert cifar100.class_names[19] == "cattle"


def test_cifar10_is_a_balanced_part_and_says_so(real_root):
    cifar = read_folder("cifar10", real_root / "cifar10")
    np.testing.assert_array_equal(np.bincount(cifar.y_train), [1000] * 10)
    np.testing.assert_array_equal(np.bincount(cifar.y_test), [200] * 10)
    mean, _ = mean_and_deviation(cifar.x_train)
    test_mean, _ = mean_and_deviation(cifar.x_test)
    np.testing.assert_array_equal(mean.round(5), [0.49376, 0.48348, 0.44750])
    np.testing.assert_array_equal(test_mean.round(5), [0.49657, 0.48737, 0.45403])
    assert "not comparable" in cifar.notes[0]
    assert cifar.class_names[6] == "frog"
    assert cifar.y_train[0] == 6


@pytest.mark.parametrize(
    ("name", "mean", "deviation", "first_labels"),
    [
        ("mnist", 0.1307, 0.3081, [5, 0, 4, 1, 9]),
        ("fashion_mnist", 0.2860, 0.3530, [9, 0, 0, 3, 0]),
    ],
)
def test_idx_sets_have_the_published_figures(real_root, name, mean, deviation, first_labels):
    images = read_folder(name, real_root / name)
    assert (images.x_train.shape, images.x_test.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    found = mean_and_deviation(images.x_train)
    np.testing.assert_array_equal(np.round(found, 4).ravel(), [mean, deviation])
    np.testing.assert_array_equal(images.y_train[:5], first_labels)
    np.testing.assert_array_equal(np.bincount(images.y_test).sum(), 10000)
    assert images.notes == ()


@pytest.mark.parametrize(
    ("name", "file", "md5"),
    [
        ("mnist", "train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("mnist", "train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("mnist", "t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("mnist", "t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
        ("fashion_mnist", "train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("fashion_mnist", "train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("fashion_mnist", "t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("fashion_mnist", "t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ],
)
def test_idx_files_are_the_published_ones(real_root, name, file, md5):
    assert hashlib.md5((real_root / name / file).read_bytes()).hexdigest() == md5
